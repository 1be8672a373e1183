#include <algorithm>
#include <cmath>

#include "autograd/check/finite_difference.h"
#include "autograd/functional/functional.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "tools/ledger/score/rows.h"

namespace gradzoo {
namespace {

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

/// The least of a quadratic function of theta, by conjugate gradients from 0: exact after theta's length.
Tensor minimise_quadratic(TensorFn f, int64_t length) {
  Tensor theta = zeros({length}, DType::f64);
  const auto value = [&](const Tensor& at) { return reshape(f(at), {1}); };
  Tensor residual = neg(vjp(value, theta, ones({1}, DType::f64))), direction = residual;
  for (int64_t i = 0; i < 2 * length && inner(residual, residual) > 1e-26; ++i) {
    const Tensor curved = hvp(f, theta, direction);
    const double norm = inner(residual, residual), step = norm / inner(direction, curved);
    theta = theta + direction * step;
    residual = residual - curved * step;
    direction = residual + direction * (inner(residual, residual) / norm);
  }
  return theta;
}

/// s(x) = b - P x, its parameters in one vector: P (d, d) row by row, then b (d).
struct LinearScore {
  Tensor theta;
  int64_t d;

  Tensor precision() const { return reshape(slice(theta, 0, 0, d * d), {d, d}); }
  Tensor offset() const { return slice(theta, 0, d * d, d * d + d); }
  Tensor operator()(const Tensor& x) const { return offset() - matmul(x, precision(), false, true); }
};

LinearScore fit_linear_score(const Tensor& points, ImplicitObjective implicit) {
  const int64_t d = points.dim(1);
  const auto loss = [&](const Tensor& theta) {
    const LinearScore score{theta, d};
    return mean(implicit({score, false}, points));
  };
  return {minimise_quadratic(loss, d * d + d), d};
}

/// Mean and covariance with 1/n of rows.
struct DensityMoments {
  Tensor mean;        // (d)
  Tensor covariance;  // (d, d)
};
DensityMoments moments_of(const Tensor& rows) {
  const Tensor center = mean(rows, 0), apart = rows - center;
  return {center, matmul(apart, apart, true) / static_cast<double>(rows.dim(0))};
}

Tensor correlated_points(int64_t n, uint64_t seed) {
  Rng rng(seed, "ledger/points");
  const Tensor mix = tensor({1.0, 0.6, -0.3, 0.0, 0.8, 0.5, 0.0, 0.0, 0.7}, {3, 3}, DType::f64);
  return matmul(randn({n, 3}, rng, DType::f64), mix) + tensor({0.5, -1.0, 2.0}, {3}, DType::f64);
}

double largest(const Tensor& x) { return max(abs(x)).item(); }

/// Two distant mixtures as they stand on one grid.
struct Pair {
  Pair(const RoundMixture& p, const RoundMixture& q, const Grid& grid) {
    const Tensor x = grid.points(0, grid.count());
    log_p = p.log_prob(x);
    log_q = q.log_prob(x);
    score_p = p.score(x);
    score_q = q.score(x);
  }
  Tensor log_p, log_q, score_p, score_q;
};

Box around(const RoundMixture& p, const RoundMixture& q, double widths) {
  Box box = p.box(widths);
  const Box other = q.box(widths);
  for (size_t i = 0; i < box.low.size(); ++i) {
    box.low[i] = std::min(box.low[i], other.low[i]);
    box.high[i] = std::max(box.high[i], other.high[i]);
  }
  return box;
}

constexpr double kEven[] = {0.5, 0.5}, kUneven[] = {0.9, 0.1};

}  // namespace

GaussianFit fit_gaussian(ImplicitObjective implicit, uint64_t seed) {
  const Tensor points = correlated_points(40, seed);
  const LinearScore score = fit_linear_score(points, implicit);
  const DensityMoments moments = moments_of(points);
  const Tensor product = matmul(score.precision(), moments.covariance);
  const Tensor at_mean = score(reshape(moments.mean, {1, 3}));
  return {largest(product - eye(3, DType::f64)), largest(at_mean)};
}

double de_bruijn_gap(FisherDivergence fisher) {
  constexpr double kTime = 0.3;
  double worst = 0;
  for (const int64_t d : {1, 2}) {
    const RoundMixture p = d == 1 ? RoundMixture{{0.3, 0.7}, tensor({-1, 1.5}, {2, 1}, DType::f64), 0.2}
                                  : RoundMixture{{0.6, 0.4}, tensor({-1, 0, 1, 1}, {2, 2}, DType::f64), 0.2};
    const RoundMixture q = d == 1
                               ? RoundMixture{{0.5, 0.5}, tensor({-0.5, 1}, {2, 1}, DType::f64), 0.4}
                               : RoundMixture{{0.5, 0.5}, tensor({0, -1, 1, 0.5}, {2, 2}, DType::f64), 0.4};
    const Grid grid(around(p.noised(kTime), q.noised(kTime), 8), d == 1 ? 800 : 120);
    const auto kl_at = [&](double dt) {
      const Pair pair(p.noised(kTime + dt), q.noised(kTime + dt), grid);
      return std::vector<double>{kl_on_grid(grid, pair.log_p, pair.log_q)};
    };
    const double slope = ridders_derivative(kl_at, 0.1)[0];
    const Pair pair(p.noised(kTime), q.noised(kTime), grid);
    const double divergence = fisher(grid, pair.log_p, pair.score_p, pair.score_q);
    worst = std::max(worst, std::abs(slope + divergence) / std::abs(slope));
  }
  return worst;
}

WeightDifference weight_difference(double separation, double added, FisherDivergence fisher) {
  const Tensor means = tensor({-separation / 2, separation / 2}, {2, 1}, DType::f64);
  const RoundMixture p = RoundMixture{{kEven[0], kEven[1]}, means, 1}.noised(added),
                     q = RoundMixture{{kUneven[0], kUneven[1]}, means, 1}.noised(added);
  const Grid grid(p.box(9), 4000);
  const Pair pair(p, q, grid);
  return {fisher(grid, pair.log_p, pair.score_p, pair.score_q), kl_on_grid(grid, pair.log_p, pair.log_q)};
}

double kl_of_weights() {
  return kEven[0] * std::log(kEven[0] / kUneven[0]) + kEven[1] * std::log(kEven[1] / kUneven[1]);
}

// x' = x + e (b - P x) + sqrt(2e) z is linear: from N(m, C) it goes to
//   N(m + e (b - P m), (I - eP) C (I - eP)' + 2e I), exactly, at every step.
LangevinMoments langevin_moments(LangevinRun run, uint64_t seed) {
  constexpr int64_t kChains = 40000, kSteps = 60;
  constexpr double kStep = 0.1;
  const Tensor data = correlated_points(500, seed);
  const DensityMoments truth = moments_of(data);
  const auto implicit = [](const ScoreFunction& model, const Tensor& x) {
    return implicit_score_matching(model, x);
  };
  const LinearScore score = fit_linear_score(data, implicit);

  Rng rng(seed, "ledger/langevin");
  const Tensor x = run({.score = score}, randn({kChains, 3}, rng, DType::f64), kStep, kSteps, rng);

  const Tensor shrink = eye(3, DType::f64) - score.precision() * kStep,
               noise = eye(3, DType::f64) * (2 * kStep);
  Tensor m = zeros({1, 3}, DType::f64), c = eye(3, DType::f64);
  const auto advance = [&] {
    m = m + score(m) * kStep;
    c = matmul(matmul(shrink, c), shrink, false, true) + noise;
  };
  for (int64_t i = 0; i < kSteps; ++i) advance();
  const std::vector<double> law_mean = m.to_vector(), law = c.to_vector();
  for (int64_t i = 0; i < 2000; ++i) advance();
  const double bias = largest(c - truth.covariance) / largest(truth.covariance);

  // Gaussian: var of a mean C_ii / n; of a mean of products (C_ii C_jj + C_ij^2) / n.
  const double n = kChains;
  const std::vector<double> mean_found = mean(x, 0).to_vector();
  const Tensor apart = x - tensor(law_mean, {3}, DType::f64);
  const std::vector<double> products = (matmul(apart, apart, true) / n).to_vector();
  LangevinMoments out{0, 9, bias};
  for (size_t i = 0; i < 3; ++i) {
    out.worst = std::max(out.worst, std::abs(mean_found[i] - law_mean[i]) / std::sqrt(law[4 * i] / n));
    for (size_t j = 0; j <= i; ++j) {
      const double variance = law[4 * i] * law[4 * j] + law[3 * i + j] * law[3 * i + j];
      out.worst =
          std::max(out.worst, std::abs(products[3 * i + j] - law[3 * i + j]) / std::sqrt(variance / n));
    }
  }
  return out;
}

}  // namespace gradzoo
