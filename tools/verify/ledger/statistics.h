#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/eval/quadrature.h"

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

/// Points with weights that add up to 1, one row a point.
struct Cubature {
  Tensor points;  // (n, d)
  Tensor weight;  // (n)
};
/// The product of one rule of nodes and weights with itself, along `d` axes, the first of which runs fastest.
Cubature product_rule(int64_t d, const std::vector<double>& nodes, const std::vector<double>& weights);
/// The product of Gauss-Hermite's rule of three points: exact for Gaussians up to the fifth power of each
/// coordinate.
Cubature gauss_hermite(int64_t d);
/// All 2^d vectors of +-1, alike.
Cubature all_signs(int64_t d);

/// All states of bits, the lowest bit first: (2^bits, bits).
Tensor all_patterns(int64_t bits, DType dtype = DType::f64);

}  // namespace gradzoo
