#include "gradzoo/samplers/kinds/hmc.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/allocation_count.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/metropolis.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const Target kNormal{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};

// N(0, diag s^2), s = 10^-1 ... 10.
constexpr int64_t kWide = 9;
Tensor scales() { return exp((arange(kWide, DType::f64) / 4.0 - 1.0) * std::log(10.0)); }
Target stretched() {
  const Tensor precision = 1.0 / square(scales());
  return {.log_prob = [precision](const Tensor& x) { return sum(square(x) * precision, 1) * -0.5; }};
}

TEST_CASE("a transition draws momenta, follows the leapfrog, and accepts by the energy that was lost") {
  const Tensor x = wave({300, 2});
  Hmc sampler({.step = 0.9, .leapfrog_steps = 3, .jitter = 0});
  Rng rng(3, "test"), same(3, "test");
  sampler.begin(kNormal, x);
  sampler.step(kNormal, rng);
  same.next_draw();  // the jitter's
  const Tensor p = randn_like(x, same);
  const LeapfrogEnd end = leapfrog(kNormal, x, value_and_score(kNormal, x), p, ones({2}, DType::f64), 0.9, 3);
  const Transition wanted =
      metropolis(x, value_and_score(kNormal, x), end.x, end.value, end.energy_lost, same);
  CHECK(same_bytes(sampler.x(), wanted.x));
  CHECK(same_bytes(sampler.value().score, wanted.value.score));
  CHECK(sampler.moved() == wanted.moved);
  CHECK(sampler.moved() < 1);
  CHECK(sampler.evaluations() == 4);
}

TEST_CASE("while warming up it finds the wanted acceptance, and the variances of coordinates as its mass") {
  Hmc sampler({.step = 1e-3, .leapfrog_steps = 8});
  Rng rng(1, "test/hmc");
  const ChainResult found = run_chains(stretched(), randn({200, kWide}, rng, DType::f64), sampler,
                                       {.steps = 600, .warmup = 400}, rng);
  CHECK(found.acceptance == approx(0.8).epsilon(0.08));
  const Doubles variance = square(scales()).to_vector();
  for (size_t i = 0; i < variance.size(); ++i)
    CHECK(sampler.inverse_mass().to_vector()[i] == approx(variance[i]).epsilon(0.1));
  for (const double rhat : found.rhat) CHECK(rhat < 1.02);
  CHECK(sampler.divergences() == 0);
  CHECK(sampler.remarks() == "");
}

// What a transition's mean acceptance over chains varies by: their own .35/sqrt(40), and .1 by the jitter,
// which all share. What is kept averages that over the last window as over 2 n^.75 transitions, n = 75 of 300
// and more: .11/sqrt(50) = .016. Measured over 40 chains and 500 transitions: .005. Four of both: .07.
TEST_CASE("the acceptance that is wanted is met after warming up, from short and from long steps") {
  const auto normal = [](int64_t d) {
    return std::pair{d, Target{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; },
                               .score = [](const Tensor& x) { return neg(x); }}};
  };
  if (!counts_allocations()) return;  // minutes with a sanitizer, which sees nothing that other tests do not
  for (const auto& [d, target] : {normal(10), normal(100)})
    for (const double wanted : {0.6, 0.65, 0.8, 0.9}) {
      for (const auto& start : {std::pair{1e-3, 300}, {0.1, 700}, {50.0, 700}}) {
        const int warmup = start.second;
        Hmc sampler({.step = start.first, .acceptance = wanted});
        Rng rng(1, "test/acceptance");
        const ChainResult found = run_chains(target, randn({40, d}, rng, DType::f64), sampler,
                                             {.steps = warmup + 500, .warmup = warmup}, rng);
        CAPTURE(wanted);
        CAPTURE(warmup);
        CHECK(std::abs(found.acceptance - wanted) < 0.07);
      }
    }
}

TEST_CASE("adaptation stops with the warm-up, and does not begin where it is switched off") {
  Rng rng(2, "test/hmc");
  Hmc sampler({.step = 0.2, .leapfrog_steps = 2});
  sampler.begin(kNormal, randn({50, 3}, rng, DType::f64));
  for (int i = 0; i < 10; ++i) sampler.step(kNormal, rng, true);
  sampler.step(kNormal, rng);
  const double kept = sampler.step_size();
  for (int i = 0; i < 5; ++i) sampler.step(kNormal, rng);
  CHECK(sampler.step_size() == kept);
  CHECK(kept != 0.2);
  Hmc fixed({.step = 0.2, .adapt = false});
  run_chains(kNormal, randn({5, 3}, rng, DType::f64), fixed, {.steps = 100, .warmup = 50}, rng);
  CHECK(fixed.step_size() == 0.2);
  CHECK(fixed.inverse_mass().to_vector() == Doubles{1, 1, 1});
}

TEST_CASE("a second warm-up, on another target, finds another mass") {
  Hmc sampler({.step = 1e-3, .leapfrog_steps = 8});
  Rng rng(6, "test/hmc");
  const ChainOptions options{.steps = 500, .warmup = 400};
  const Tensor start = randn({200, kWide}, rng, DType::f64);
  run_chains(stretched(), start, sampler, options, rng);
  run_chains(kNormal, start, sampler, options, rng);
  for (const double variance : sampler.inverse_mass().to_vector()) CHECK(variance == approx(1).epsilon(0.1));
}

TEST_CASE("a trajectory whose energy is off by more than 1000 is counted and told, and not taken") {
  const Target steep{.log_prob = [](const Tensor& x) { return sum(square(square(x)), 1) * -1e6; }};
  Hmc sampler({.step = 0.5, .adapt = false});
  Rng rng(1, "test/hmc");
  sampler.begin(steep, ones({7, 1}, DType::f64));
  for (int i = 0; i < 3; ++i) sampler.step(steep, rng);
  CHECK(sampler.divergences() == 21);
  CHECK(contains(sampler.remarks(), "21 divergent transitions"));
  CHECK(sampler.x().to_vector() == Doubles(7, 1.0));
  sampler.begin(kNormal, ones({7, 1}, DType::f64));
  CHECK(sampler.divergences() == 0);
}

TEST_CASE("no transition after the first asks the system for memory") {
  if (!counts_allocations()) return;
  const Tensor down = full({20}, -1);
  const Target closed{.log_prob = [&](const Tensor& x) { return sum(square(x) * down, 1) * 0.5; },
                      .score = [&](const Tensor& x) { return x * down; }};
  Hmc sampler({.step = 0.2, .leapfrog_steps = 5});
  Rng rng(1, "test/hmc");
  sampler.begin(closed, randn({100, 20}, rng));
  for (int i = 0; i < 3; ++i) sampler.step(closed, rng);
  const auto before = allocation_count();
  for (int i = 0; i < 10; ++i) sampler.step(closed, rng);
  CHECK(allocation_count() == before);
}

TEST_CASE("the step that was found, and the mass, are the state") {
  Rng rng(1, "test/hmc");
  Hmc a, b;
  a.begin(kNormal, randn({20, 2}, rng, DType::f64));
  b.begin(kNormal, randn({20, 2}, rng, DType::f64));
  for (int i = 0; i < 20; ++i) a.step(kNormal, rng, true);
  State from, to;
  a.add_to(from, "hmc");
  b.add_to(to, "hmc");
  for (size_t i = 0; i < from.entries().size(); ++i) to.entries()[i].restore(from.entries()[i].bytes());
  CHECK(from.find("hmc.inverse_mass") != nullptr);
  CHECK(b.step_size() == a.step_size());
}

TEST_CASE("options that make no sense are refused by name") {
  check_refused("hmc: step is 0", [] { Hmc({.step = 0}); });
  check_refused("leapfrog_steps is 0", [] { Hmc({.leapfrog_steps = 0}); });
  check_refused("jitter is 1", [] { Hmc({.jitter = 1}); });
  check_refused("acceptance is 1", [] { Hmc({.acceptance = 1}); });
}

}  // namespace
}  // namespace gradzoo
