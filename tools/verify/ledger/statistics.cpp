#include "tools/verify/ledger/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

double z_score(const Tensor& values, double truth) {
  return (mean(values).item() - truth) / std::sqrt(var(values).item() / static_cast<double>(values.size()));
}

double moments_z(const Tensor& points, const double (&mean)[2], double xx, double xy, double yy) {
  const Tensor a = slice(points, 1, 0, 1) - mean[0], b = slice(points, 1, 1, 2) - mean[1];
  return std::max({std::abs(z_score(a, 0)), std::abs(z_score(b, 0)), std::abs(z_score(square(a), xx)),
                   std::abs(z_score(a * b, xy)), std::abs(z_score(square(b), yy))});
}

double relative_error(double found, double expected) {
  return std::abs(found - expected) / std::max(1.0, std::abs(expected));
}

double relative_distance(const Tensors& found, const Tensors& expected) {
  double error = 0, size = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += sum(square(found[i] - expected[i])).item();
    size += sum(square(expected[i])).item();
  }
  return std::sqrt(error / size);
}

double largest_abs(const Tensor& x) { return max(abs(x)).item(); }

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

double chi_square(const std::vector<double>& counts, const std::vector<double>& probabilities) {
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  double found = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = n * probabilities[i];
    found += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  return found;
}

// Q(a + 1, h) = Q(a, h) + h^a e^-h / Gamma(a + 1) from Q(1/2, h) = erfc sqrt h or Q(1, h) = e^-h, h = x/2.
double chi_square_tail(double x, int64_t k) {
  const double h = x / 2;
  const bool is_odd = k % 2 == 1;
  if (k == 0 || h <= 0) return 1;
  double tail = is_odd ? std::erfc(std::sqrt(h)) : std::exp(-h);
  for (double a = is_odd ? 0.5 : 1; a < static_cast<double>(k) / 2; ++a)
    tail += std::exp(a * std::log(h) - h - std::lgamma(a + 1));
  return tail;
}

double log_integral_error(const Grid& grid, TensorFn log_density) {
  return std::abs(log_partition(grid, on_grid(grid, log_density)));
}

Cubature product_rule(int64_t d, const std::vector<double>& nodes, const std::vector<double>& weights) {
  const auto each = static_cast<int64_t>(nodes.size());
  int64_t n = 1;
  for (int64_t axis = 0; axis < d; ++axis) n *= each;
  Cubature rule{empty({n, d}, DType::f64), ones({n}, DType::f64)};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t axis = 0, digits = i; axis < d; ++axis, digits /= each) {
      const auto node = static_cast<size_t>(digits % each);
      rule.points.mutable_data<double>()[i * d + axis] = nodes[node];
      rule.weight.mutable_data<double>()[i] *= weights[node];
    }
  }
  return rule;
}

Cubature gauss_hermite(int64_t d) {
  return product_rule(d, {-std::sqrt(3.0), 0, std::sqrt(3.0)}, {1.0 / 6, 2.0 / 3, 1.0 / 6});
}

Cubature all_signs(int64_t d) { return product_rule(d, {-1, 1}, {0.5, 0.5}); }

Tensor all_patterns(int64_t bits, DType dtype) { return binary_patterns(0, int64_t{1} << bits, bits, dtype); }

}  // namespace gradzoo
