#pragma once

#include "autograd/tensor.h"

namespace gradzoo {

/// By how many standard errors the mean of independent values lies above `truth`.
double z_score(const Tensor& values, double truth);

/// P(chi-square of k degrees of freedom > x).
double chi_square_tail(double x, int64_t k);

}  // namespace gradzoo
