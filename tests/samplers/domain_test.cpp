#include "gradzoo/samplers/domain.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "gradzoo/samplers/registry.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// A ball between mirrors, a small step at a time.
struct Ball {
  double at, velocity;
};
Ball bounced(const Domain& domain, double from, double by) {
  constexpr int kSteps = 20'000;
  Ball ball{from, by};
  for (int i = 0; i < kSteps; ++i) {
    ball.at += ball.velocity / kSteps;
    if (ball.at < domain.lower) ball = {2 * domain.lower - ball.at, -ball.velocity};
    if (ball.at > domain.upper) ball = {2 * domain.upper - ball.at, -ball.velocity};
  }
  return ball;
}

TEST_CASE("what leaves the domain is where a ball between mirrors would be, with its velocity") {
  for (const Domain& domain : {Domain{-1, 2}, Domain{0, kInf}, Domain{-kInf, 1.5}})
    for (const double by : {0.3, -0.9, 1.7, -4.4, 7.1, 20.3, -20.3}) {
      Tensor x = full({1, 1}, 0.5 + by, DType::f64), velocity = full({1, 1}, by, DType::f64);
      reflect(domain, x, &velocity);
      const Ball ball = bounced(domain, 0.5, by);
      CHECK(x.item() == approx(ball.at).epsilon(1e-5));
      CHECK(velocity.item() == ball.velocity);
    }
}

TEST_CASE("a trajectory that is turned round comes back, in f32 and f64 and at any thread count") {
  const Domain domain{-1, 1};
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor from = wave({4000, 9}, dtype) * 0.45, by = wave({4000, 9}, dtype, 3) * 4.0;
    Tensor x = from + by, velocity = by.clone();
    reflect(domain, x, &velocity);
    CHECK(max(abs(x)).item() <= 1);
    Tensor back = x - velocity;
    reflect(domain, back);
    CHECK(max(abs(back - from)).item() < (dtype == DType::f32 ? 4e-6 : 1e-14));
  }
  const int before = kernels::threads();
  const auto reflected = [&](int threads) {
    kernels::set_threads(threads);
    Tensor x = wave({9000, 7}) * 3.0;
    reflect(domain, x);
    return x;
  };
  const Tensor alone = reflected(1);
  for (const int threads : {2, 3, 8}) CHECK(same_bytes(reflected(threads), alone));
  kernels::set_threads(before);
}

TEST_CASE("no domain leaves everything as it is, and what is not a number stays so") {
  Tensor x = tensor({1e300, NAN}, {1, 2}, DType::f64);
  reflect({}, x);
  CHECK(x.to_vector()[0] == 1e300);
  reflect({0, 1}, x);
  CHECK(std::isnan(x.to_vector()[1]));
  CHECK_FALSE(is_bounded({}));
  CHECK(is_bounded({.upper = 3}));
}

// e^-x on [0, 1]: mean 1 - 1/(e - 1) and second moment, of a law that is far from flat at both mirrors.
TEST_CASE("exact samplers have the exact law inside a bounded domain, and ula is near it") {
  const Target decay{.log_prob = [](const Tensor& x) { return sum(x, 1) * -3.0; }, .domain = {0, 1}};
  const double z = (1 - std::exp(-3.0)) / 3, first = (1.0 / 9 - std::exp(-3.0) * (1.0 / 3 + 1.0 / 9)) / z;
  RandomWalk mh({.step = 0.7});
  AdjustedLangevin mala({.step = 0.2});
  Hmc hmc({.step = 0.4, .leapfrog_steps = 6, .adapt = false});
  UnadjustedLangevin ula({.step = 2e-3});
  constexpr int64_t kChains = 20000;
  const auto mean_of = [&](Sampler& sampler, int64_t steps) {
    Rng rng(1, "test/domain");
    const Tensor start = rand({kChains, 1}, rng, DType::f64);
    const Tensor x = run_chains(decay, start, sampler, {.steps = steps}, rng).x;
    CHECK(min(x).item() >= 0);
    CHECK(max(x).item() <= 1);
    return mean(x).item();
  };
  const double error = 0.25 / std::sqrt(static_cast<double>(kChains));  // its deviation is below 1/4
  for (Sampler* exact :
       {static_cast<Sampler*>(&mh), static_cast<Sampler*>(&mala), static_cast<Sampler*>(&hmc)})
    CHECK_MESSAGE(std::abs(mean_of(*exact, 60) - first) < 4.2 * error, exact->name());  // false alarm 8e-5
  CHECK(std::abs(mean_of(ula, 400) - first) < 0.02);
}

TEST_CASE("an extent has an end an axis or one for all, within the domain, and is it where none is set") {
  const auto extent = [](const Extent& given, const Domain& domain = {}) {
    return extent_of({.domain = domain, .extent = given}, 2);
  };
  CHECK(extent({{-1}, {2}}).low == std::vector<double>{-1, -1});
  CHECK(extent({{-1, 0}, {2, 3}}).high == std::vector<double>{2, 3});
  CHECK(extent({{-1, 0.5}, {2, 3}}, {0, 2.5}).low == std::vector<double>{0, 0.5});
  CHECK(extent({{-1, 0.5}, {2, 3}}, {0, 2.5}).high == std::vector<double>{2, 2.5});
  CHECK(extent({}, {0, 1}).high == std::vector<double>{1, 1});
  CHECK_FALSE(has_extent({.domain = {.lower = 0}}));
  const auto refusal = [&](const Extent& given, const Domain& domain = {}) {
    return error_message([&] { extent(given, domain); });
  };
  CHECK(contains(refusal({}), "no extent. Hint: set Target::extent"));
  CHECK(contains(refusal({{1, 2, 3}, {4, 5, 6}}), "3 and 3 ends for 2 axes"));
  CHECK(contains(refusal({{1}, {}}), "1 and 0 ends for 2 axes"));
  CHECK(contains(refusal({{0, 2}, {1, 2}}), "from 2 to 2 on axis 1"));
  CHECK(contains(refusal({{2}, {3}}, {0, 1}), "from 2 to 1 on axis 0"));
  CHECK(contains(refusal({{-INFINITY}, {1}}), "low below high"));
}

TEST_CASE("a chain that starts outside the domain, or between 0 and 1 on bits, is named") {
  const Target bounded{.log_prob = [](const Tensor& x) { return sum(x, 1); }, .domain = {0, 1}};
  RandomWalk mh;
  check_refused("mh: chain 1 starts at 1.25, outside the target's domain. Hint: start between 0", [&] {
    mh.begin(bounded, tensor({0.5, 1, 0, 1.25}, {2, 2}, DType::f64));
  });
  const Target bits{.log_prob = bounded.log_prob, .binary = true};
  check_refused("flip: chain 1 starts at 0.3", [&] {
    check_inside("flip", bits, tensor({0, 1, 0.3, 1}, {2, 2}, DType::f64));
  });
}

TEST_CASE("a domain without width is refused by every sampler, in the chains' own type") {
  const double upper = 1 + 1e-12;  // 1 in f32
  for (const Domain& domain :
       {Domain{1, 1}, Domain{2, 1}, Domain{NAN, 1}, Domain{0, NAN}, Domain{kInf, kInf}, Domain{1, upper}})
    for (const SamplerEntry& entry : sampler_registry()) {
      if ((entry.needs & kNeedsBinary) != 0) continue;
      const Target target{
          .log_prob = [](const Tensor& x) { return sum(x, 1); }, .domain = domain, .extent = {{0}, {1}}};
      OptionTable table;
      const auto options = entry.options();
      options->describe(table);
      const std::string said = error_message([&] {
        options->make()->begin(target, ones({4, 2}, DType::f32));
      });
      CHECK_MESSAGE(contains(said, entry.name + ": the target's domain from"), said);
      CHECK(contains(said, "is not an interval of f32 numbers. Hint: set a lower end below the upper end"));
    }
  const Target narrow{.log_prob = [](const Tensor& x) { return sum(x, 1); }, .domain = {1, upper}};
  RandomWalk mh;
  mh.begin(narrow, ones({1, 1}, DType::f64));
  CHECK(mh.x().item() == 1);
}

TEST_CASE("a noise is refused outside the levels at which a score is known, and its nearest level is named") {
  const Target target{.noisy_score = [](const Tensor& x, double sigma) { return x * -sigma; },
                      .noise_range = {0.1, 2}};
  for (const double sigma : {0.1, 0.5, 2.0, 2.0000001, 0.09999999}) check_noise(target, sigma);
  check_refused("noise of 0.09 is below 0.1, the smallest", [&] { check_noise(target, 0.09); });
  check_refused(
      "above 2, the largest at which the score is "
      "known. Hint: use 2 or less",
      [&] { check_noise(target, 2.1); });
  check_refused("noise of nan", [&] { noisy_score_of(target, ones({1, 1}), NAN); });
  check_refused("noise of 3", [&] { noisy_score_of(target, ones({1, 1}), 3); });
}

}  // namespace
}  // namespace gradzoo
