#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/score/objectives.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

using SlicedEstimate = Tensor (*)(const ScoreFunction& model, const Tensor& x, const Tensor& probes);

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

double relative_to(double value, double truth) { return std::abs(value - truth) / std::abs(truth); }

/// Mean and variance over the probes of every row's objective, averaged over x.
struct SlicedMoments {
  Tensor mean;  // (n), of every row
  double variance;
};

SlicedMoments sliced_moments(SlicedEstimate sliced, const Tensor& precision, const Cubature& x,
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

/// How far variances of sliced estimates, plain and `reduced`, are from their closed forms on N(0, P^-1) with
/// the model s = -P x, in 3 dimensions: over all Rademacher probes and under Gaussian ones, by quadrature
/// that is exact.
struct SlicedVariances {
  double plain, reduced;  // E_x var_v of the objective
};

struct SlicedVarianceGap {
  double worst;  // largest relative difference of variances and of means
  SlicedVariances rademacher, gaussian;
  SlicedVariances correlated;  // Rademacher probes, all P_ij = .9: the plain one varies less
};

// At x ~ N(0, P^-1) the score is s = -P x with E ss' = P. Both objectives are forms v'Mv and a number: with M
// = -P + ss'/2 of ssm, M = -P of ssm-vr; and var v'Mv is 2 sum_{i!=j} M_ij^2 over Rademacher probes, 2 |M|^2
// over Gaussian ones. By Isserlis' theorem E (s_i s_j)^2 = P_ii P_jj + 2 P_ij^2.
SlicedVarianceGap sliced_variance_gap(SlicedEstimate plain, SlicedEstimate reduced) {
  SlicedVarianceGap out{};
  const auto measure = [&](const Tensor& precision, const Cubature& probes, bool gaussian) {
    Cubature x = gauss_hermite();
    x.points = matmul(x.points, inverse(cholesky(precision)));
    const SlicedMoments of_plain = sliced_moments(plain, precision, x, probes),
                        of_reduced = sliced_moments(reduced, precision, x, probes);
    const double trace_p = trace(precision).item(), squares = sum(square(precision)).item(),
                 diagonals = sum(square(diagonal(precision))).item();
    const double off = squares - diagonals, products = trace_p * trace_p - diagonals;  // over i != j
    const SlicedVariances truth = gaussian ? SlicedVariances{trace_p * trace_p / 2 + squares, 2 * squares}
                                           : SlicedVariances{products / 2 + off, 2 * off};
    const Tensor exact = sum(square(matmul(x.points, precision)), 1) * 0.5 - trace_p;
    for (const Tensor& found : {of_plain.mean, of_reduced.mean})
      out.worst = std::max(out.worst, largest_abs(found - exact) / trace_p);
    out.worst = std::max({out.worst, relative_to(of_plain.variance, truth.plain),
                          relative_to(of_reduced.variance, truth.reduced)});
    return SlicedVariances{of_plain.variance, of_reduced.variance};
  };
  const Tensor precision = tensor({1.5, 0.3, -0.2, 0.3, 1.0, 0.4, -0.2, 0.4, 0.8}, {3, 3}, DType::f64);
  const Tensor correlated = tensor({1, 0.9, 0.9, 0.9, 1, 0.9, 0.9, 0.9, 1}, {3, 3}, DType::f64);
  out.rademacher = measure(precision, all_signs(), false);
  out.gaussian = measure(precision, gauss_hermite(), true);
  out.correlated = measure(correlated, all_signs(), false);
  return out;
}

/// Without and with the square's exact mean.
struct VarianceReduction {
  SlicedEstimate plain = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes);
  };
  SlicedEstimate reduced = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes, {.variance_reduced = true});
  };
};

RowResult ssm_vr_variance(const VarianceReduction& of, const RowContext&) {
  const SlicedVarianceGap found = sliced_variance_gap(of.plain, of.reduced);
  return {found.worst, AtMost{1e-11},
          fmt::format("f64, N(0, P^-1) in 3 dimensions, s = -P x; exact in x and probes; largest relative "
                      "difference of means and variances from closed forms. Variance of ssm and ssm-vr: "
                      "Rademacher probes {:.3g} and {:.3g}, Gaussian {:.3g} and {:.3g}; where all "
                      "pairs have the precision .9, {:.3g} and {:.3g}",
                      found.rademacher.plain, found.rademacher.reduced, found.gaussian.plain,
                      found.gaussian.reduced, found.correlated.plain, found.correlated.reduced)};
}

}  // namespace

std::vector<Row> sliced_variance_rows() {
  return {identity(
      {"score.ssm_vr_variance",
       "ssm and ssm-vr have one mean; of a Gaussian, ssm varies more by sum_{i!=j} (P_ii P_jj / 2 - P_ij^2) "
       "over Rademacher probes, by (tr P)^2 / 2 - |P|^2 over Gaussian ones",
       "Song et al. 2019, eq. 8", 1},
      ssm_vr_variance, {},
      {{"a term that is not reduced", {.reduced = VarianceReduction().plain}},
       {"a square without its 1/2",
        {.reduced = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
          return hutchinson_score_matching(model, x, probes) + sum(square(score_at(model, x)), 1) * 0.5;
        }}}})};
}

}  // namespace gradzoo
