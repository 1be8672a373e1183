#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const Target kBiased{.log_prob = [](const Tensor& x) { return sum(x * -1.0, 1); }, .binary = true};

TEST_CASE("a transition turns one bit or none: always towards the likelier, else by the ratio") {
  constexpr int64_t kChains = 4000, kBits = 3;
  Rng rng(1, "test/flip");
  const Tensor x = bernoulli(full({kChains, kBits}, 0.5), rng);
  SingleFlip sampler;
  sampler.begin(kBiased, x);
  sampler.step(kBiased, rng);
  const Tensor turned = sampler.x() - x;  // +1 up, -1 down
  CHECK(max(sum(abs(turned), 1)).item() == 1);
  CHECK(sampler.moved() == approx(sum(abs(turned)).item() / kChains));
  // Half of the bits tried are down: a share 1/e of these is turned up, all others are turned down.
  const double up = static_cast<double>(count_nonzero(gt(turned, 0.5))) / kChains;
  const double down = static_cast<double>(count_nonzero(lt(turned, -0.5))) / kChains;
  CHECK(std::abs(up - 0.5 * std::exp(-1.0)) < 4.1 * std::sqrt(0.184 * 0.816 / kChains));
  CHECK(std::abs(down - 0.5) < 4.1 * std::sqrt(0.25 / kChains));
  CHECK(test::max_error(sampler.value().log_prob, kBiased.log_prob(sampler.x()).to_vector()) < 1e-6);
}

TEST_CASE("every bit is tried equally often, also where their number is no power of two") {
  constexpr int64_t kChains = 70000, kBits = 7;
  const Target flat{.log_prob = [](const Tensor& x) { return sum(x, 1) * 0.0; }, .binary = true};
  for (const DType dtype : {DType::f32, DType::f64}) {
    SingleFlip sampler;
    Rng rng(2, "test/flip");
    sampler.begin(flat, zeros({kChains, kBits}, dtype));
    sampler.step(flat, rng);
    for (const double count : sum(sampler.x(), 0).to_vector())
      CHECK(std::abs(count - 10000) < 4.5 * std::sqrt(10000 * 6.0 / 7));
  }
}

TEST_CASE("several flips are as many transitions, and each asks the target once") {
  Rng a(3, "test/flip"), b(3, "test/flip");
  SingleFlip one, five({.flips = 5});
  const Tensor x = zeros({50, 4});
  one.begin(kBiased, x);
  five.begin(kBiased, x);
  for (int i = 0; i < 5; ++i) one.step(kBiased, a);
  five.step(kBiased, b);
  CHECK(test::same_bytes(one.x(), five.x()));
  CHECK(five.evaluations() == 6);
  CHECK(five.step_size() == 0);
  test::check_refused("flip: flips is 0", [] { SingleFlip({.flips = 0}); });
}

}  // namespace
}  // namespace gradzoo
