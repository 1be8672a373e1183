#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/registry.h"
#include "support/short_names.h"

// Walks that are stopped and continued, for every sampler of the list.
namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kWarmup = 60, kSteps = 75, kChains = 6, kAxes = 3;

// A Gaussian with standard deviations 0.1, 1 and 10, also with noise.
Target stretched_gaussian() {
  const auto precision = [](double sigma) {
    const Tensor variance = tensor({0.01, 1, 100}, {1, kAxes}, DType::f64);
    return 1.0 / (variance + sigma * sigma);
  };
  return {.log_prob = [=](const Tensor& x) { return sum(square(x) * precision(0), 1) * -0.5; },
          .noisy_score = [=](const Tensor& x, double sigma) { return neg(x * precision(sigma)); },
          .extent = {{-1, -2, -20}, {1, 2, 20}}};
}

// Bits that prefer 1.
Target tilted_bits() {
  const auto half = [](const Tensor& x) { return full({x.dim(0), kAxes}, 0.6, x.dtype()); };
  return {.log_prob = [](const Tensor& x) { return sum(x, 1) * 0.4; },
          .conditionals = {half, half},
          .binary = true};
}

/// A walk by one sampler, which may begin in the middle.
struct ResumedWalk {
  ResumedWalk(const SamplerEntry& entry, const Strings& settings, const Tensor& x) {
    const std::unique_ptr<SamplerOptions> options = entry.options();
    OptionTable table;
    options->describe(table);
    for (const std::string& setting : settings) table.assign(setting);
    sampler = options->make();
    target = (entry.needs & (kNeedsBinary | kNeedsConditionals)) != 0 ? tilted_bits() : stretched_gaussian();
    sampler->begin(target, x);
    sampler->plan_warmup(kWarmup);
    sampler->add_to(state, "walk");
  }
  /// All that a step leaves.
  std::vector<double> step(int64_t at, Rng& rng) {
    sampler->step(target, rng, at < kWarmup);
    std::vector<double> seen = sampler->x().to_vector();
    seen.push_back(sampler->moved());
    seen.push_back(sampler->step_size());
    return seen;
  }
  std::unique_ptr<Sampler> sampler;
  Target target;
  State state;
};

/// A whole walk: before each step where it is, and behind it what it leaves.
struct WholeWalk {
  WholeWalk(const SamplerEntry& entry, const Strings& settings) {
    Rng start(1, "test/start"), rng(2, "test/walk");
    const bool bits = (entry.needs & (kNeedsBinary | kNeedsConditionals)) != 0;
    ResumedWalk walk(entry, settings,
                     bits ? bernoulli(full({kChains, kAxes}, 0.5, DType::f64), start)
                          : randn({kChains, kAxes}, start, DType::f64));
    for (const State::Entry& one : walk.state.entries()) names.push_back(one.name);
    for (int64_t at = 0; at < kSteps; ++at) {
      x.push_back(walk.sampler->x());
      streams.push_back(rng);
      std::vector<std::vector<std::byte>>& values = states.emplace_back();
      for (const State::Entry& one : walk.state.entries()) values.push_back(one.bytes());
      left.push_back(walk.step(at, rng));
    }
  }
  /// Whether a walk that continues from before step `at`, without one entry of the State, is this one.
  bool goes_on(const SamplerEntry& entry, const Strings& settings, size_t at, size_t without) const {
    ResumedWalk walk(entry, settings, x[at]);
    for (size_t i = 0; i < names.size(); ++i)
      if (i != without) walk.state.entries()[i].restore(states[at][i]);
    Rng rng = streams[at];
    for (size_t step = at; step < left.size(); ++step)
      if (walk.step(static_cast<int64_t>(step), rng) != left[step]) return false;
    return true;
  }
  std::vector<Tensor> x;
  std::vector<Rng> streams;
  Strings names;
  std::vector<std::vector<std::vector<std::byte>>> states;  // of each step, of each entry
  std::vector<std::vector<double>> left;
};

TEST_CASE(
    "a walk that is stopped anywhere goes on as if it had not been, and not without one of its entries") {
  for (const SamplerEntry& entry : sampler_registry()) {
    CAPTURE(entry.name);
    Strings settings;
    if (entry.name == "hmc") settings = {"step=0.001", "leapfrog_steps=3"};
    if (entry.name == "annealed") settings = {"sigma_begin=3", "levels=5", "level_steps=9", "denoise=true"};
    const WholeWalk whole(entry, settings);
    for (size_t at = 0; at < kSteps; ++at) {
      CAPTURE(at);
      CHECK(whole.goes_on(entry, settings, at, whole.names.size()));
    }
    for (size_t without = 0; without < whole.names.size(); ++without) {
      CAPTURE(whole.names[without]);
      bool noticed = false;
      for (size_t at = 0; at < kSteps && !noticed; ++at)
        noticed = !whole.goes_on(entry, settings, at, without);
      CHECK(noticed);
    }
  }
}

}  // namespace
}  // namespace gradzoo
