#include <algorithm>
#include <cmath>

#include "autograd/linalg.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "tools/ledger/score/rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kDims = 3;

/// Points with weights that add up to 1, one row a point.
struct Cubature {
  Tensor points;  // (n, 3)
  Tensor weight;  // (n)
};

// The product of one rule of nodes and weights with itself, along all axes.
Cubature product_rule(const std::vector<double>& nodes, const std::vector<double>& weights) {
  const auto each = static_cast<int64_t>(nodes.size()), n = each * each * each;
  Cubature rule{empty({n, kDims}, DType::f64), ones({n}, DType::f64)};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t axis = 0, digits = i; axis < kDims; ++axis, digits /= each) {
      const auto node = static_cast<size_t>(digits % each);
      rule.points.mutable_data<double>()[i * kDims + axis] = nodes[node];
      rule.weight.mutable_data<double>()[i] *= weights[node];
    }
  }
  return rule;
}

// Exact for Gaussians up to the fifth power of each coordinate: variances of quadratic forms take the fourth.
Cubature gauss_hermite() {
  return product_rule({-std::sqrt(3.0), 0, std::sqrt(3.0)}, {1.0 / 6, 2.0 / 3, 1.0 / 6});
}
Cubature all_signs() { return product_rule({-1, 1}, {0.5, 0.5}); }

double relative(double value, double truth) { return std::abs(value - truth) / std::abs(truth); }

/// Mean and variance over the probes of every row's objective, averaged over x.
struct SlicedMoments {
  Tensor mean;  // (n), of every row
  double variance;
};
SlicedMoments moments(SlicedObjective sliced, const Tensor& precision, const Cubature& x,
                      const Cubature& probes) {
  const auto score = [&](const Tensor& at) { return neg(matmul(at, precision)); };
  const int64_t n = x.points.dim(0);
  Tensor first = zeros({n}, DType::f64), second = zeros({n}, DType::f64);
  for (int64_t k = 0; k < probes.points.dim(0); ++k) {
    const Tape tape;
    const Tensor v = broadcast_to(reshape(probes.points.rows(k, k + 1), {1, 1, kDims}), {1, n, kDims});
    const Tensor rows = sliced({score, false}, x.points, v).detach();
    const double weight = probes.weight.to_vector()[static_cast<size_t>(k)];
    first = first + rows * weight;
    second = second + square(rows) * weight;
  }
  return {first, sum((second - square(first)) * x.weight).item()};
}

}  // namespace

// At x ~ N(0, P^-1) the score is s = -P x with E ss' = P. Both objectives are forms v'Mv and a number: with M
// = -P + ss'/2 of ssm, M = -P of ssm-vr; and var v'Mv is 2 sum_{i!=j} M_ij^2 over Rademacher probes, 2 |M|^2
// over Gaussian ones. By Isserlis' theorem E (s_i s_j)^2 = P_ii P_jj + 2 P_ij^2.
SlicedVarianceGap sliced_variance_gap(SlicedObjective plain, SlicedObjective reduced) {
  SlicedVarianceGap out{};
  const auto measure = [&](const Tensor& precision, const Cubature& probes, bool gaussian) {
    Cubature x = gauss_hermite();
    x.points = matmul(x.points, inverse(cholesky(precision)));
    const SlicedMoments of_plain = moments(plain, precision, x, probes),
                        of_reduced = moments(reduced, precision, x, probes);
    const double trace_p = trace(precision).item(), squares = sum(square(precision)).item(),
                 diagonals = sum(square(diagonal(precision))).item();
    const double off = squares - diagonals, products = trace_p * trace_p - diagonals;  // over i != j
    const SlicedVariances truth = gaussian ? SlicedVariances{trace_p * trace_p / 2 + squares, 2 * squares}
                                           : SlicedVariances{products / 2 + off, 2 * off};
    const Tensor exact = sum(square(matmul(x.points, precision)), 1) * 0.5 - trace_p;
    for (const Tensor& found : {of_plain.mean, of_reduced.mean})
      out.worst = std::max(out.worst, max(abs(found - exact)).item() / trace_p);
    out.worst = std::max(
        {out.worst, relative(of_plain.variance, truth.plain), relative(of_reduced.variance, truth.reduced)});
    return SlicedVariances{of_plain.variance, of_reduced.variance};
  };
  const Tensor precision = tensor({1.5, 0.3, -0.2, 0.3, 1.0, 0.4, -0.2, 0.4, 0.8}, {3, 3}, DType::f64);
  const Tensor correlated = tensor({1, 0.9, 0.9, 0.9, 1, 0.9, 0.9, 0.9, 1}, {3, 3}, DType::f64);
  out.rademacher = measure(precision, all_signs(), false);
  out.gaussian = measure(precision, gauss_hermite(), true);
  out.correlated = measure(correlated, all_signs(), false);
  return out;
}

}  // namespace gradzoo
