#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {

/// Returns the distance of the mean of independent values from `truth`, in standard errors.
double z_score(const Tensor& values, double truth);

/// Returns the largest |z_score| of the means, variances and covariance of points (n, 2) about a known mean.
double moments_z(const Tensor& points, const double (&mean)[2], double xx, double xy, double yy);

/// Returns |found - expected| / max(1, |expected|).
double relative_error(double found, double expected);
/// Returns |found - expected| / |expected|, for each list of tensors as one vector.
double relative_distance(const Tensors& found, const Tensors& expected);

double largest_abs(const Tensor& x);             ///< largest |element|
double inner(const Tensor& a, const Tensor& b);  ///< inner product

/// Returns Pearson's chi-squared of counts from the distribution `probabilities`.
double chi_square(const std::vector<double>& counts, const std::vector<double>& probabilities);
/// Returns P(chi-squared with k degrees of freedom > x).
double chi_square_tail(double x, int64_t k);

/// Returns |log of the density's integral over a grid|, which is 0 for a normalised density.
double log_integral_error(const Grid& grid, TensorFn log_density);

/// Points with weights that add up to 1.
struct Cubature {
  Tensor points;  // (n, d)
  Tensor weight;  // (n)
};
/// Returns the product rule of nodes and weights along `d` axes; the first axis runs fastest.
Cubature product_rule(int64_t d, const std::vector<double>& nodes, const std::vector<double>& weights);
/// Returns the product of three-point Gauss-Hermite rules, exact for N(0, I) up to degree 5 per coordinate.
Cubature gauss_hermite(int64_t d);
/// Returns all 2^d vectors of 1 and -1, with equal weights.
Cubature all_signs(int64_t d);

/// Returns all states (2^bits, bits), the lowest bit first.
Tensor all_patterns(int64_t bits, DType dtype = DType::f64);

}  // namespace gradzoo
