#include "gradzoo/samplers/tweedie.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/score/round_mixture.h"

namespace gradzoo {
namespace {

/// x + sigma^2 score, or what stands for it.
using Denoiser = Tensor (*)(const Tensor& noisy, const Tensor& score, double sigma);

struct TweedieGap {
  double posterior_mean;  // largest |denoised - E[x | noisy]|, a mixture, E by quadrature
  double memorised;  // largest distance from a training point after the best denoiser of an empirical p_sigma
};

TweedieGap tweedie_gap(Denoiser denoise, uint64_t seed) {
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
  TweedieGap gap{0, 0};
  for (const double error : abs(denoise(at, noisy.score(at), kSigma) - posterior_mean).to_vector()) {
    gap.posterior_mean = std::max(gap.posterior_mean, error);
  }

  // 30 training points, each a Gaussian of width sigma: the optimal score of denoising knows them by heart.
  constexpr int64_t kPoints = 30, kDraws = 200;
  Rng rng(seed, "ledger/tweedie");
  const Tensor points = randn({kPoints, 2}, rng, DType::f64);
  const RoundMixture empirical{std::vector<double>(kPoints, 1.0 / kPoints), points, kNarrow * kNarrow};
  const Tensor away = randn({kDraws, 2}, rng, DType::f64);
  const Tensor denoised = denoise(away, empirical.score(away), kNarrow);
  const Tensor apart = reshape(denoised, {kDraws, 1, 2}) - reshape(points, {1, kPoints, 2});
  const std::vector<double> nearest = sqrt(min(sum(square(apart), 2), 1)).to_vector();
  // A draw halfway between two points goes to their mean: the median leaves such draws out.
  std::vector<double> sorted = nearest;
  std::nth_element(sorted.begin(), sorted.begin() + kDraws / 2, sorted.end());
  gap.memorised = sorted[kDraws / 2];
  return gap;
}

RowResult tweedie(Denoiser denoise, const RowContext& context) {
  const TweedieGap gap = tweedie_gap(denoise, context.seed);
  return {std::max(gap.posterior_mean, gap.memorised), AtMost{1e-9},
          fmt::format("f64, a mixture at sigma 0.8: x + sigma^2 score is E[x|x~] by quadrature to {:.1e}; "
                      "with 30 training points at sigma 0.02 the best denoiser sends random points onto "
                      "training points, to {:.1e} in the median",
                      gap.posterior_mean, gap.memorised)};
}

}  // namespace

std::vector<Row> tweedie_rows() {
  return {identity(
      {"score.tweedie",
       "E[x|x~] = x~ + sigma^2 grad log p_sigma(x~); of an empirical p_sigma the best denoiser memorises",
       "Efron 2011, eq. 1.4; Vincent 2011", 1},
      tweedie, tweedie_denoised,
      {{"sigma in place of sigma^2",
        [](const Tensor& noisy, const Tensor& score, double sigma) { return noisy + score * sigma; }},
       {"a tenth of the way left", [](const Tensor& noisy, const Tensor& score, double sigma) {
          return noisy + score * (0.9 * sigma * sigma);
        }}})};
}

}  // namespace gradzoo
