#include "tools/ledger/gan/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/gan/gan.h"

namespace gradzoo {
namespace {

constexpr TwoBumps kReal{1.2, 0.6}, kFake{0, 1.5};

Tensor loss_of(const Tensor& real_logits, const Tensor& fake_logits) {
  return discriminator_loss(real_logits, fake_logits);
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
  };
}

}  // namespace gradzoo
