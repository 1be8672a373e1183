#include "tools/ledger/gan/rows.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "models/gan/gan.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

constexpr TwoBumps kReal{1.2, 0.6}, kFake{0, 1.5};

Tensor right(const Tensor& real, const Tensor& fake) { return minimax.discriminator(real, fake); }

TEST_CASE(
    "gan.optimal_discriminator sees swapped roles, a half of the loss that weighs double, and smoothing") {
  const auto errors = [](LogitsFn loss) { return discriminator_errors(loss, kReal, kFake, 400, 1); };
  const DiscriminatorErrors found = errors(right);
  CHECK(found.mean < 0.02);
  CHECK(found.sup < 0.06);
  CHECK(errors([](const Tensor& real, const Tensor& fake) { return right(fake, real); }).mean > 0.1);
  CHECK(errors([](const Tensor& real, const Tensor& fake) {
          return mean(softplus(neg(real))) * 2.0 + mean(softplus(fake));
        }).mean > 0.05);
  CHECK(errors([](const Tensor& real, const Tensor& fake) {
          return right(real, fake) + label_smoothing_term(real, 0.1);
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
              return neg(mean(softplus(neg(real)))) - non_saturating.generator(fake);
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
  CHECK(smaller([](const Tensor& real,
                   const Tensor& fake) { return right(real, fake) + label_smoothing_term(real, 0.1); },
                gan_value, kReal) > 3);
}

double from_one(double squared) { return (std::sqrt(squared) - 1) * (std::sqrt(squared) - 1); }
double half(double squared) { return squared / 2; }

TEST_CASE(
    "gan.gradient_penalty sees slopes that are not recorded, a norm an example of a pack, and a square of "
    "the "
    "norm") {
  const auto error = [](SlopeFn penalty, int64_t pac, double (*of_slope)(double)) {
    return penalty_error(GanNet::mlp, pac, penalty, of_slope, 1);
  };
  CHECK(error(gradient_penalty, 2, from_one) < 1e-6);
  CHECK(error(r1_penalty, 1, half) < 1e-6);
  const auto slopes = [](const Tensor& x, const Tensor& scores, bool recorded) {
    return sum(square(grad(sum(scores), x, {.create_graph = recorded, .retain_graph = true})), 1);
  };
  CHECK(error([&](const Tensor& x,
                  const Tensor& scores) { return mean(slopes(x, scores, false)) * 0.5 + sum(scores) * 0.0; },
              1, half) > 0.1);
  const auto of_each = [&](const Tensor& x, const Tensor& scores) {
    return mean(square(sqrt(slopes(x, scores, true)) - 1.0));
  };
  CHECK(error(of_each, 1, from_one) < 1e-6);
  CHECK(error(of_each, 2, from_one) > 0.01);
  CHECK(error([&](const Tensor& x,
                  const Tensor& scores) { return mean(square(slopes(x, scores, true) - 1.0)); },
              1, from_one) > 0.01);
}

TEST_CASE("gan.wgan_lipschitz sees a penalty of the wrong slope or weight, and a gap that counts double") {
  const auto found = [](LogitsFn loss, SlopeFn penalty, double weight) {
    return critic_on_line(loss, penalty, 2, weight, 400, 1);
  };
  const auto right = found(wasserstein.discriminator, gradient_penalty, 100);
  CHECK(std::abs(right.slope - 1.01) < 0.01);
  CHECK(std::abs(right.gap / 2 - 1) < 0.04);
  const auto twice = [](const Tensor& x, const Tensor& scores) { return gradient_penalty(x, scores * 0.5); };
  CHECK(found(wasserstein.discriminator, twice, 100).slope > 1.5);
  CHECK(found(wasserstein.discriminator, gradient_penalty, 10).slope > 1.05);
  const auto swapped = [](const Tensor& real, const Tensor& fake) {
    return wasserstein.discriminator(fake, real);
  };
  CHECK(std::abs(found(swapped, gradient_penalty, 100).slope - 1.01) > 0.015);
}

TEST_CASE("gan.lsgan_chi2 sees labels of 0 and 1, a half that is missing, and another loss") {
  CHECK(least_squares_error(least_squares.discriminator, least_squares.generator, kReal, kFake) < 1e-5);
  const auto zero_one = [](const Tensor& real, const Tensor& fake) {
    return (mean(square(real - 1.0)) + mean(square(fake))) * 0.5;
  };
  CHECK(least_squares_error(zero_one, least_squares.generator, kReal, kFake) > 0.1);
  const auto no_half = [](const Tensor& scores) { return mean(square(scores)); };
  CHECK(least_squares_error(least_squares.discriminator, no_half, kReal, kFake) > 0.1);
  CHECK(least_squares_error(right, least_squares.generator, kReal, kFake) > 0.1);
}

}  // namespace
}  // namespace gradzoo
