#include "gradzoo/samplers/chains.h"

#include <cmath>
#include <memory>
#include <utility>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "gradzoo/samplers/registry.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const Target kNormal{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }};
// What a sampler can walk on: a normal law, or bits of which x = h.
Target fitting(const SamplerEntry& entry) {
  if ((entry.needs & kNeedsExtent) != 0) return {.log_prob = kNormal.log_prob, .extent = {{-3}, {3}}};
  if ((entry.needs & kNeedsBinary) == 0) return kNormal;
  const auto blurred = [](const Tensor& x) { return x * 0.8 + 0.1; };
  return {.log_prob = kNormal.log_prob, .conditionals = {blurred, blurred}, .binary = true};
}
Tensor start_of(const SamplerEntry& entry, const Shape& shape, DType dtype) {
  const Tensor x = wave(shape, dtype);
  return (entry.needs & kNeedsBinary) == 0 ? x : cast(gt(x, 0.0), dtype);
}

ChainResult run(const Target& target, const Tensor& x0, Sampler&& sampler, const ChainOptions& options = {}) {
  Rng rng(1, "test/chains");
  return run_chains(target, x0, sampler, options, rng);
}
std::string refusal(const Target& target, const Tensor& x0, Sampler&& sampler,
                    const ChainOptions& options = {}) {
  return error_message([&] { run(target, x0, std::move(sampler), options); });
}

UnadjustedLangevin ula(double step = 0.01, double noise = 1) {
  return UnadjustedLangevin({.step = step, .noise = noise});
}
AdjustedLangevin mala(double step = 0.01) { return AdjustedLangevin({.step = step}); }

std::unique_ptr<Sampler> made(const SamplerEntry& entry, double step) {
  const auto options = entry.options();
  OptionTable table;
  options->describe(table);
  if (table.has("step")) table.set("step", std::to_string(step));
  if (table.has("sigmas")) table.set("sigmas", "1");  // one level, so that the step is what it says
  return options->make();
}

TEST_CASE("the same seed gives the same bytes at any thread count, in f32 and f64") {
  const int before = kernels::threads();
  for (const SamplerEntry& entry : sampler_registry())
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto walk = [&](int threads) {
        kernels::set_threads(threads);
        return run(fitting(entry), start_of(entry, {3000, 3}, dtype), std::move(*made(entry, 0.4)),
                   {.steps = 5})
            .x;
      };
      const Tensor alone = walk(1);
      CHECK(same_bytes(walk(2), alone));
      CHECK(same_bytes(walk(3), alone));
    }
  kernels::set_threads(before);
}

TEST_CASE("Langevin without noise climbs to the mode") {
  const Target hill{.log_prob = [](const Tensor& x) {
    return sum(square(x - tensor({1, -2}, {2}, DType::f64)) * -0.5, 1);
  }};
  const ChainResult climbed = run(hill, wave({5, 2}), ula(0.1, 0), {.steps = 300});
  CHECK(max_error(climbed.x, {1, -2, 1, -2, 1, -2, 1, -2, 1, -2}) < 1e-12);
}

TEST_CASE("chains traced in few dimensions name coordinates, in many log_prob, mean and norm") {
  const ChainOptions options{.steps = 200, .warmup = 50};
  const ChainResult few = run(kNormal, wave({20, 2}), mala(0.3), options);
  CHECK(few.statistics == std::vector<std::string>{"x0", "x1"});
  CHECK(few.ess.size() == 2);
  CHECK(few.rhat[0] < 1.05);
  CHECK(few.evaluations == 201);
  CHECK(few.acceptance > 0.7);
  CHECK(few.acceptance < 1);
  const ChainResult many = run(kNormal, wave({20, 9}), mala(0.3), options);
  CHECK(many.statistics == std::vector<std::string>{"log_prob", "mean", "norm"});
  const Target score_alone{.score = [](const Tensor& x) { return neg(x); }};
  const ChainResult walked = run(score_alone, wave({20, 9}), ula(0.1), {.steps = 3});
  CHECK(walked.statistics == std::vector<std::string>{"mean", "norm"});
  CHECK(std::isnan(walked.ess[0]));
  CHECK(walked.acceptance == 1);
}

TEST_CASE("the ESS of unadjusted Langevin on a Gaussian is that of its autoregression") {
  // x' = (1 - e) x + sqrt(2e) z: rho = 1 - e
  const ChainResult walked = run(kNormal, wave({100, 1}), ula(0.2), {.steps = 2100, .warmup = 100});
  const double rho = 0.8, truth = 100 * 2000 * (1 - rho) / (1 + rho);
  CHECK(walked.ess[0] == approx(truth).epsilon(0.06));
}

TEST_CASE("of more chains than are traced, the effective sample size speaks for all") {
  const ChainResult walked = run(kNormal, wave({3000, 1}), ula(0.5), {.steps = 1020, .warmup = 20});
  const double rho = 0.5, truth = 3000 * 1000 * (1 - rho) / (1 + rho);
  CHECK(walked.ess[0] == approx(truth).epsilon(0.06));
}

// x' = 2 x: takes half of its moves while warming up, and notes when it does.
class Doubling : public Sampler {
 public:
  std::string_view name() const override { return "doubling"; }
  unsigned needs() const override { return kNeedsScore; }
  double step_size() const override { return 1; }
  bool is_exact() const override { return false; }
  std::vector<bool> warm;

 protected:
  Transition transition(const Target& target, Rng&, bool warming_up) override {
    warm.push_back(warming_up);
    const Tensor next = x() * 2.0;
    return {next, evaluate(target, next), warming_up ? 0.5 : 1.0};
  }
};

TEST_CASE("warm-up comes first, is told to the sampler, and is left out of the acceptance") {
  Doubling sampler;
  Rng rng(1, "test/chains");
  const ChainResult result =
      run_chains(kNormal, ones({3, 1}, DType::f64), sampler, {.steps = 7, .warmup = 3}, rng);
  CHECK(sampler.warm == std::vector<bool>{true, true, true, false, false, false, false});
  CHECK(result.acceptance == 1);
}

TEST_CASE("chains diverge where they are 10^8 times as far from 0 as they and 1 together were") {
  const std::string far = refusal(kNormal, ones({2, 1}, DType::f64), Doubling());
  check_says(far, "after 28 steps");  // 2^28 is the first power above 2 10^8
}

TEST_CASE("a step or count that is not above 0 is refused by name") {
  const Tensor x = wave({3, 2});
  for (const double step : {0.0, -1.0, std::nan("")}) check_refused("mala: step is", [&] { mala(step); });
  CHECK(contains(refusal(kNormal, x, ula(), {.steps = 0}), "steps is 0"));
  CHECK(contains(refusal(kNormal, x, ula(), {.steps = 10, .warmup = 10}), "fewer than steps"));
  CHECK(contains(refusal(kNormal, zeros({0, 2}), ula()), "at least one chain"));
}

TEST_CASE("a chain that starts where the density is not finite is named") {
  const Target log_x{.log_prob = [](const Tensor& x) { return sum(log(x), 1); }, .extent = {{0}, {4}}};
  const Tensor x = tensor({1, 2, 0, 3}, {4, 1}, DType::f64);
  for (const SamplerEntry& entry : sampler_registry()) {
    if (!why_unfit(entry.name, entry.needs, log_x).empty()) continue;
    const std::string message = refusal(log_x, x, std::move(*entry.options()->make()));
    check_says(message, "is not finite where chain 2 starts");
  }
  const Target root{.log_prob = [](const Tensor& x) { return sum(sqrt(x), 1); }};
  CHECK(contains(refusal(root, x, ula()), "score is not finite where chain 2 starts"));
  CHECK(refusal(root, x, RandomWalk(), {.steps = 1}) == "");
  const Tensor lost = tensor({1, kInf}, {2, 1}, DType::f64);
  CHECK(contains(refusal({.score = [](const Tensor& y) { return zeros_like(y); }}, lost, ula()), "chain 1"));
}

TEST_CASE("chains that diverge are stopped, with a tenth of the step to try") {
  const std::string away = refusal(kNormal, wave({3, 2}), ula(3));
  check_says(away, {"diverge", "step=0.3"});
  const Target steep{.log_prob = [](const Tensor& x) { return sum(square(square(x)) * -1e6, 1); }};
  const std::string overflow = refusal(steep, wave({3, 2}, DType::f32), ula(0.5));
  check_says(overflow, "diverge");
  // with its acceptance the same step merely stays where it is
  CHECK(refusal(steep, wave({3, 2}, DType::f32), mala(0.5), {.steps = 5}) == "");
}

TEST_CASE("a target without a density is refused by what needs one, which names what does not") {
  const Target score_alone{.score = [](const Tensor& x) { return neg(x); }};
  CHECK(contains(refusal(score_alone, wave({2, 2}), RandomWalk()),
                 "mh: it needs a log-density, and the target has a score but no"));
  CHECK(contains(refusal(score_alone, wave({2, 2}), mala()), "samplers for this target: ula, annealed"));
  CHECK(contains(refusal({}, wave({2, 2}), ula()), "neither log-density nor score"));
  RandomWalk walk;
  check_refused(
      "mh: it needs a log-density, and the target has a score but no log-density. Hint: choose one of "
      "fitting_sam",
      [&] {
        walk.begin(score_alone, wave({2, 2}));
      });
}

// Where the density is 0 annealed importance sampling may come, but no walk begins.
TEST_CASE("every sampler refuses to begin where log p or x is NaN, and a walk where p is 0") {
  for (const SamplerEntry& entry : sampler_registry()) {
    const bool by_density = entry.name != "annealed";
    const auto said = [&](double value, bool walks) {
      Target target = fitting(entry);
      target.log_prob = [value](const Tensor& x) {
        return sum(x, 1) * 0.0 + where(eq(arange(x.dim(0)), 2), full({x.dim(0)}, value), 0.0);
      };
      const Tensor start = start_of(entry, {5, 2}, DType::f32);
      const std::unique_ptr<Sampler> sampler = made(entry, 0.1);
      return error_message([&] {
        walks ? static_cast<void>(run(target, start, std::move(*sampler), {.steps = 2}))
              : sampler->begin(target, start);
      });
    };
    CHECK(said(0, true).empty());
    if (by_density) {
      CHECK_MESSAGE(
          contains(said(NAN, false), entry.name + ": log_prob is not a number where chain 2 starts"),
          said(NAN, false));
      CHECK(said(-INFINITY, false).empty());
      CHECK(contains(said(-INFINITY, true), entry.name + ": log_prob is not finite where chain 2 starts"));
    }
    Tensor start = start_of(entry, {5, 2}, DType::f32);
    start.mutable_data<float>()[7] = NAN;
    const std::string lost = error_message([&] { made(entry, 0.1)->begin(fitting(entry), start); });
    CHECK_MESSAGE(contains(lost, entry.name + ": "), lost);
    CHECK(contains(lost, "chain 3"));
  }
}

}  // namespace
}  // namespace gradzoo
