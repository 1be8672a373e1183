#include "tools/ledger/gan/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/gan/gan.h"

namespace gradzoo {
namespace {

constexpr TwoBumps kReal{1.2, 0.6}, kFake{0, 1.5};

Tensor loss_of(const Tensor& real_logits, const Tensor& fake_logits) {
  return non_saturating.discriminator(real_logits, fake_logits);
}

RowResult optimal_discriminator(const RowContext& context) {
  constexpr int64_t kSteps = 4000;
  const DiscriminatorErrors found = discriminator_errors(loss_of, kReal, kFake, kSteps, context.seed);
  return {std::max(found.mean / 0.01, found.sup / 0.03), AtMost{1},
          fmt::format("p two bumps N(+-1.2, .6^2), q = N(0, 1.5^2), leaky 1-64-64-1, {} steps of 512 + 512 "
                      "fresh draws, rate 5e-3 falling: |D - D*| is {:.4f} in the mean under (p+q)/2 (allowed "
                      ".01), {:.4f} at most over its central 95% (allowed .03); value: the larger share",
                      kSteps, found.mean, found.sup)};
}

RowResult jsd(const RowContext&) {
  return {jsd_error(gan_value, kReal, kFake), AtMost{1e-5},
          "p two bumps N(+-1.2, .6^2), q = N(0, 1.5^2), f64: V in logits over 250,000 quantiles a bump, JSD "
          "on a grid of 2,000 cells; error in nats"};
}

RowResult equilibrium(const RowContext& context) {
  constexpr int64_t kSteps = 2000;
  const std::vector<HeldOutValue> found =
      held_out_values(loss_of, gan_value, kReal, kReal, kSteps, context.seed);
  return {std::min(found[0].in_se(), found[1].in_se()), AtMost{3},
          fmt::format("p = q two bumps N(+-1.2, .6^2), {} steps of 512 + 512 fresh draws: V of two held-out "
                      "sets of 4000 + 4000 is {:+.1e} and {:+.1e} nats from -log 4, {:.2f} and {:.2f} SE; "
                      "value: the smaller (both beyond 3 SE by chance: below 1e-4)",
                      kSteps, found[0].value + std::log(4.0), found[1].value + std::log(4.0),
                      found[0].in_se(), found[1].in_se())};
}

double from_one(double squared) { return (std::sqrt(squared) - 1) * (std::sqrt(squared) - 1); }
double half(double squared) { return squared / 2; }

RowResult slope_penalty_row(const RowContext& context) {
  double worst = 0;
  for (const GanNet net : {GanNet::mlp, GanNet::dcgan}) {
    for (const int64_t pac : {1, 2}) {
      worst = std::max({worst, penalty_error(net, pac, gradient_penalty, from_one, context.seed),
                        penalty_error(net, pac, r1_penalty, half, context.seed)});
    }
  }
  return {
      worst, AtMost{1e-6},
      "both penalties, perceptrons and convolutions, SiLU, f64, 4 examples of 8x4 judged one by one and two "
      "at once: against slopes of the score by central differences, and their gradient in every weight and "
      "bias, along a drawn direction, against central differences; largest relative error"};
}

RowResult wgan_lipschitz(const RowContext& context) {
  constexpr int64_t kSteps = 1500;
  constexpr double kShift = 2, kWeight = 100;
  const TrainedCritic found =
      critic_on_line(wasserstein.discriminator, gradient_penalty, kShift, kWeight, kSteps, context.seed);
  const double expected = 1 + kShift / (2 * kWeight);
  return {
      std::max(std::abs(found.slope - expected) / 0.01, std::abs(found.gap / kShift - 1) / 0.04), AtMost{1},
      fmt::format("N(2, 1) against N(0, 1), SiLU 1-32-32-1, {} steps of 256 + 256 fresh draws, lambda {}: "
                  "mean slope {:.4f}, exactly {} at its best (allowed .01), value {:.4f} of W1 = 2 (allowed "
                  "4 %, of which lambda's own share is about 1 %); value: the larger share",
                  kSteps, kWeight, found.slope, expected, found.gap)};
}

RowResult lsgan_chi2(const RowContext&) {
  return {least_squares_error(least_squares.discriminator, least_squares.generator, kReal, kFake),
          AtMost{1e-5},
          "p two bumps N(+-1.2, .6^2), q = N(0, 1.5^2), f64: both losses over 250,000 quantiles a bump, "
          "chi-squared on a grid of 4,000 cells; the larger error"};
}

}  // namespace

std::vector<Row> gan_rows() {
  return {
      {"gan.optimal_discriminator", RowKind::identity,
       "the best discriminator against a fixed generator is D* = p/(p + q)",
       "Goodfellow et al. 2014, proposition 1", true, 5, optimal_discriminator},
      {"gan.jsd", RowKind::identity, "at D* the value of the game is 2 JSD(p, q) - log 4",
       "Goodfellow et al. 2014, theorem 1", true, 1, jsd},
      {"gan.equilibrium", RowKind::identity,
       "a discriminator trained on p = q is left with V = -log 4 on draws that it never saw",
       "Goodfellow et al. 2014, theorem 1", true, 3, equilibrium},
      {"gan.gradient_penalty", RowKind::identity,
       "the penalties on D's slope, and their gradients through the second derivative, are finite "
       "differences'",
       "Gulrajani et al. 2017, eq. 3; Mescheder et al. 2018, eq. 9", true, 1, slope_penalty_row},
      {"gan.wgan_lipschitz", RowKind::identity,
       "between N(m,1) and N(0,1) the critic's slope tends to 1 and its value to W1 = m",
       "Gulrajani et al. 2017, proposition 1", true, 5, wgan_lipschitz},
      {"gan.lsgan_chi2", RowKind::identity,
       "at the best critic of least squares E_p s^2 + E_q s^2 is Pearson's chi-squared of p + q against 2 q",
       "Mao et al. 2017, theorem 1", true, 1, lsgan_chi2},
  };
}

}  // namespace gradzoo
