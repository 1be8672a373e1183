#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// By how many standard errors the mean of independent values lies above `truth`.
double z_score(const Tensor& values, double truth);

double largest_abs(const Tensor& x);             // the largest |x|
double inner(const Tensor& a, const Tensor& b);  // sum a b

/// P(chi-square of k degrees of freedom > x).
double chi_square_tail(double x, int64_t k);

}  // namespace gradzoo
