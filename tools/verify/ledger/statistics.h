#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/nn/layers/module.h"

namespace gradzoo {

/// By how many standard errors the mean of independent values lies above `truth`.
double z_score(const Tensor& values, double truth);

/// The largest |z_score| of means, variances and covariance of points in the plane (n, 2), about a known
/// mean.
double moments_z(const Tensor& points, const double (&mean)[2], double xx, double xy, double yy);

/// |found - expected|, relative to `expected` where that is above 1.
double relative_error(double found, double expected);
/// |found - expected| over |expected|, of lists of tensors as vectors.
double relative_distance(const Tensors& found, const Tensors& expected);

double largest_abs(const Tensor& x);             // the largest |x|
double inner(const Tensor& a, const Tensor& b);  // sum a b

/// Pearson's chi-square of counts whose law is `probabilities`.
double chi_square(const std::vector<double>& counts, const std::vector<double>& probabilities);
/// P(chi-square of k degrees of freedom > x).
double chi_square_tail(double x, int64_t k);

/// |log of the integral of a density over a grid|: 0 where it is normalised.
double log_integral_error(const Grid& grid, TensorFn log_density);

/// All states of bits, the lowest bit first: (2^bits, bits).
Tensor all_patterns(int64_t bits, DType dtype = DType::f64);

Tensors parameters_of(const Module& network);

}  // namespace gradzoo
