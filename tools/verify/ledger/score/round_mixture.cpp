#include "tools/verify/ledger/score/round_mixture.h"

#include <numbers>

#include "gradzoo/autograd/check/finite_difference.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/samplers/tweedie.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {

Tensor RoundMixture::log_joint(const Tensor& x) const {
  const int64_t b = x.dim(0), k = means.dim(0), d = means.dim(1);
  const Tensor apart = reshape(x, {b, 1, d}) - reshape(means, {1, k, d});
  const double log_normaliser = 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi * variance);
  return log(tensor(weights, {1, k}, DType::f64)) - sum(square(apart), 2) * (0.5 / variance) - log_normaliser;
}

Tensor RoundMixture::log_prob(const Tensor& x) const { return logsumexp(log_joint(x), 1); }

Tensor RoundMixture::score(const Tensor& x) const {
  return (matmul(softmax(log_joint(x), 1), means) - x) / variance;
}

RoundMixture RoundMixture::noised(double added) const { return {weights, means, variance + added}; }

Box RoundMixture::box(double widths) const {
  const std::vector<double> centers = means.to_vector();
  const auto d = static_cast<size_t>(means.dim(1));
  Box box{std::vector<double>(d, INFINITY), std::vector<double>(d, -INFINITY)};
  const double margin = widths * std::sqrt(variance);
  for (size_t i = 0; i < centers.size(); ++i) {
    box.low[i % d] = std::min(box.low[i % d], centers[i] - margin);
    box.high[i % d] = std::max(box.high[i % d], centers[i] + margin);
  }
  return box;
}

namespace {

/// 1/2 E_p |s_p - s_q|^2 on a grid.
using FisherDivergence = double (*)(const Grid& grid, const Tensor& log_p, const Tensor& score_p,
                                    const Tensor& score_q);

/// Two distant mixtures on one grid.
struct MixturePair {
  Tensor log_p, log_q, score_p, score_q;
};

MixturePair pair_on(const Grid& grid, const RoundMixture& p, const RoundMixture& q) {
  const Tensor x = grid.points(0, grid.count());
  return {p.log_prob(x), q.log_prob(x), p.score(x), q.score(x)};
}

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

/// Returns the largest relative error of d/dt KL(p_t || q_t) = -(Fisher divergence), p_t = p * N(0, t).
RowResult de_bruijn(FisherDivergence fisher, const RowContext&) {
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
      const MixturePair pair = pair_on(grid, p.noised(kTime + dt), q.noised(kTime + dt));
      return std::vector<double>{kl_on_grid(grid, pair.log_p, pair.log_q)};
    };
    const double slope = ridders_derivative(kl_at, 0.1)[0];
    const MixturePair pair = pair_on(grid, p.noised(kTime), q.noised(kTime));
    const double divergence = fisher(grid, pair.log_p, pair.score_p, pair.score_q);
    worst = std::max(worst, std::abs(slope + divergence) / std::abs(slope));
  }
  return {worst, AtMost{1e-8},
          "f64, mixtures in 1 and 2 dimensions at t = 0.3, quadrature, derivative from Ridders' "
          "extrapolation; value: largest relative difference"};
}

/// Divergences of two mixtures of N(±separation/2, 1), weights 0.5/0.5 and 0.9/0.1, noise variance `added`.
struct WeightDifference {
  double fisher, kl;
};

WeightDifference weight_difference(double separation, double added, FisherDivergence fisher) {
  const Tensor means = tensor({-separation / 2, separation / 2}, {2, 1}, DType::f64);
  const RoundMixture p = RoundMixture{{kEven[0], kEven[1]}, means, 1}.noised(added),
                     q = RoundMixture{{kUneven[0], kUneven[1]}, means, 1}.noised(added);
  const Grid grid(p.box(9), 4000);
  const MixturePair pair = pair_on(grid, p, q);
  return {fisher(grid, pair.log_p, pair.score_p, pair.score_q), kl_on_grid(grid, pair.log_p, pair.log_q)};
}

RowResult blindness(FisherDivergence fisher, const RowContext&) {
  const WeightDifference near = weight_difference(4, 0, fisher), far = weight_difference(16, 0, fisher),
                         noised = weight_difference(16, 64, fisher);
  // The KL of the weights, which is the limit of the mixtures' KL as they separate.
  const double of_weights =
      kEven[0] * std::log(kEven[0] / kUneven[0]) + kEven[1] * std::log(kEven[1] / kUneven[1]);
  const double missing = std::max(0.0, 1e-4 / noised.fisher - 1);
  return {
      std::max({far.fisher / 1e-10, std::abs(far.kl - of_weights) / 1e-9, missing}), AtMost{1},
      fmt::format("N(-m,1) and N(m,1) with weights 0.5/0.5 against 0.9/0.1: the Fisher divergence is {:.2g} "
                  "at 2m = 4 and {:.1e} at 2m = 16 (allowed 1e-10), where the KL is still {:.4f} nats (the "
                  "KL of the weights, up to 1e-9); after added noise of variance 64 the Fisher divergence is "
                  "{:.2g} again (at least 1e-4); value: the largest share of what is allowed",
                  near.fisher, far.fisher, far.kl, noised.fisher)};
}

}  // namespace

Rows fisher_divergence_rows() {
  return {identity({"score.de_bruijn",
                    "with added noise N(0, t) the KL falls at the rate of the Fisher divergence: d/dt KL(p_t "
                    "|| q_t) = -1/2 E|s_p_t - s_q_t|^2",
                    "Lyu 2009, theorem 1", 2},
                   de_bruijn, fisher_divergence_on_grid,
                   {{"a Fisher divergence without its 1/2",
                     [](auto& grid, auto& log_p, auto& score_p, auto& score_q) {
                       return 2 * fisher_divergence_on_grid(grid, log_p, score_p, score_q);
                     }},
                    {"the root of the density as the weight",
                     [](auto& grid, auto& log_p, auto& score_p, auto& score_q) {
                       return fisher_divergence_on_grid(grid, log_p * 0.5, score_p, score_q);
                     }}}),
          identity(
              {"score.blindness",
               "the Fisher divergence does not detect different weights of distant modes, and the KL does",
               "Wenliang & Kanagawa 2020; Song & Ermon 2019, section 3.2.1", 1},
              blindness, fisher_divergence_on_grid,
              {{"a divergence with equal weights everywhere",
                [](auto& grid, auto&, auto& score_p, auto& score_q) {
                  return fisher_divergence_on_grid(grid, zeros({grid.count()}, DType::f64), score_p, score_q);
                }}})};
}

namespace {

/// x + sigma^2 score, or a wrong version.
using Denoiser = Tensor (*)(const Tensor& noisy, const Tensor& score, double sigma);

/// Returns the largest |denoised - E[x | noisy]| of a mixture, from quadrature; and the distance from the
/// denoised random points to the nearest training points for an empirical p_sigma.
RowResult tweedie(Denoiser denoise, const RowContext& context) {
  constexpr double kSigma = 0.8, kNarrow = 0.02;
  const RoundMixture p{{0.3, 0.7}, tensor({-1.0, 1.5}, {2, 1}, DType::f64), 0.5},
      noisy = p.noised(kSigma * kSigma);
  const Grid grid(p.box(9), 600);
  const Tensor x = grid.points(0, grid.count());          // (n, 1)
  const Tensor at = Grid({{-5}, {5}}, 41).points(0, 41);  // noisy points, (m, 1)
  // E[x | x~] = sum_x x p(x) N(x~; x, sigma^2) / sum_x p(x) N(x~; x, sigma^2)
  const Tensor log_joint = reshape(p.log_prob(x), {1, grid.count()}) -
                           square(at - reshape(x, {1, grid.count()})) * (0.5 / (kSigma * kSigma));  // (m, n)
  const Tensor posterior_mean = matmul(softmax(log_joint, 1), x);
  const double off = largest_abs(denoise(at, noisy.score(at), kSigma) - posterior_mean);

  // The optimal denoiser of 30 training points, each a Gaussian of width sigma, memorises them.
  constexpr int64_t kPoints = 30, kDraws = 200;
  Rng rng(context.seed, "ledger/tweedie");
  const Tensor points = randn({kPoints, 2}, rng, DType::f64);
  const RoundMixture empirical{std::vector<double>(kPoints, 1.0 / kPoints), points, kNarrow * kNarrow};
  const Tensor away = randn({kDraws, 2}, rng, DType::f64);
  const Tensor denoised = denoise(away, empirical.score(away), kNarrow);
  const Tensor apart = reshape(denoised, {kDraws, 1, 2}) - reshape(points, {1, kPoints, 2});
  std::vector<double> nearest = sqrt(min(sum(square(apart), 2), 1)).to_vector();
  // A draw halfway between two points goes to their mean; the median ignores such draws.
  std::nth_element(nearest.begin(), nearest.begin() + kDraws / 2, nearest.end());
  const double memorised = nearest[kDraws / 2];
  return {std::max(off, memorised), AtMost{1e-9},
          fmt::format("f64, a mixture at sigma 0.8: x + sigma^2 score differs from E[x|x~] from quadrature "
                      "by at most {:.1e}; with 30 training points at sigma 0.02 the optimal denoiser maps "
                      "random points to training points up to {:.1e} (median); value: the larger",
                      off, memorised)};
}

}  // namespace

Rows tweedie_rows() {
  return {identity(
      {"score.tweedie",
       "the optimal denoiser is E[x|x~] = x~ + sigma^2 grad log p_sigma(x~), and memorises if p is empirical",
       "Efron 2011, eq. 1.4; Vincent 2011", 1},
      tweedie, tweedie_denoised,
      {{"sigma instead of sigma^2",
        [](auto& noisy, auto& score, double sigma) { return noisy + score * sigma; }},
       {"90 % of the step",
        [](auto& noisy, auto& score, double sigma) { return noisy + score * (0.9 * sigma * sigma); }}})};
}

}  // namespace gradzoo
