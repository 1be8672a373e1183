#include "tools/ledger/gan/rows.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "models/gan/gan.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

constexpr TwoBumps kReal{1.2, 0.6}, kFake{0, 1.5};

Tensor right(const Tensor& real, const Tensor& fake) { return discriminator_loss(real, fake); }

TEST_CASE(
    "gan.optimal_discriminator sees swapped roles, a half of the loss that weighs double, and smoothing") {
  const auto errors = [](LogitsFn loss) { return discriminator_errors(loss, kReal, kFake, 400, 1); };
  const DiscriminatorErrors found = errors(right);
  CHECK(found.mean < 0.02);
  CHECK(found.sup < 0.06);
  CHECK(errors([](const Tensor& real, const Tensor& fake) { return discriminator_loss(fake, real); }).mean >
        0.1);
  CHECK(errors([](const Tensor& real, const Tensor& fake) {
          return mean(softplus(neg(real))) * 2.0 + mean(softplus(fake));
        }).mean > 0.05);
  CHECK(errors([](const Tensor& real, const Tensor& fake) {
          return discriminator_loss(real, fake, 0.1);
        }).mean > 0.02);
}

TEST_CASE("gan.jsd sees a dropped log 4, the sign of minimax, and the non-saturating loss in its place") {
  CHECK(jsd_error(gan_value, kReal, kFake) < 1e-5);
  CHECK(
      jsd_error([](const Tensor& real, const Tensor& fake) { return gan_value(real, fake) + std::log(4.0); },
                kReal, kFake) > 1);
  CHECK(jsd_error(right, kReal, kFake) > 1);
  CHECK(jsd_error(
            [](const Tensor& real, const Tensor& fake) {
              return neg(mean(softplus(neg(real)))) - generator_loss(fake, GeneratorLoss::non_saturating);
            },
            kReal, kFake) > 0.1);
}

TEST_CASE("gan.equilibrium sees a q that is not p, a value without its second half, and a smoothed loss") {
  const auto smaller = [](LogitsFn loss, LogitsFn value, const TwoBumps& q) {
    const std::vector<HeldOutValue> found = held_out_values(loss, value, kReal, q, 500, 1);
    return std::min(found[0].in_se(), found[1].in_se());
  };
  CHECK(smaller(right, gan_value, kReal) < 3);
  CHECK(smaller(right, gan_value, {1.2, 0.7}) > 3);
  CHECK(smaller(
            right, [](const Tensor& real, const Tensor&) { return neg(mean(softplus(neg(real)))); }, kReal) >
        3);
  CHECK(smaller([](const Tensor& real, const Tensor& fake) { return discriminator_loss(real, fake, 0.1); },
                gan_value, kReal) > 3);
}

}  // namespace
}  // namespace gradzoo
