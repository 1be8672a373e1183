#include "tools/bench/growth.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/layers/layers.h"
#include "tools/bench/meters.h"
#include "tools/bench/tape_overhead.h"
#include "tools/bench/workloads.h"

namespace gradzoo {
namespace {

/// Runs the step until `seconds` are over, after one that fills the pool and gives its memory.
StepCost cost_of(FunctionRef<void()> step, double seconds) {
  constexpr size_t kMost = 20'000;
  reset_pool_peak();
  step();
  StepCost cost{.mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6};
  std::vector<double> ms;
  ms.reserve(kMost);
  const double end = steady_seconds() + seconds;
  do {
    const double begun = steady_seconds();
    step();
    ms.push_back((steady_seconds() - begun) * 1e3);
  } while (ms.size() < kMost && steady_seconds() < end);
  cost.ms = quantile(std::move(ms), 0.5);
  return cost;
}

Tensors parameters_of(const Module& module) {
  Tensors parameters;
  for (const NamedTensor& parameter : module.named_parameters()) parameters.push_back(parameter.tensor);
  return parameters;
}

// B images through the same weights: every product, activation and sum is linear in B; weights, Adam and the
// data held in memory are not.
StepCost vae_step(int64_t batch, double seconds) {
  constexpr double kSecondsPerImage = 20e-6;
  const Workload workload{"vae", "VAE 784-500-20",
                          fmt::format("vae batch={} split=train prior=normal", batch)};
  const double steps = seconds / (kSecondsPerImage * static_cast<double>(batch));
  const WorkloadResult result =
      run_workload(workload, {.steps = static_cast<int64_t>(std::clamp(steps, 4.0, 300.0)), .warm_up = 3});
  return {result.ms(0.5), result.pool_peak_mb};
}

StepCost perceptron_step(const Mlp& net, const Tensor& x, double seconds) {
  const Tensors parameters = parameters_of(net);
  const auto step = [&] {
    const Tape tape;
    grad(mean(square(net.forward(x))), parameters);
  };
  return cost_of(step, seconds);
}

// Two layers w-w-w: products take 5 * 2 B w^2 operations (forward 2, by the weights 2, by the hidden units
// 1), weights and their gradients 4 w^2 numbers, activations multiples of B w.
StepCost width_step(int64_t width, double seconds) {
  constexpr int64_t kBatch = 128;
  Rng rng(1);
  const Tensor x = randn({kBatch, width}, rng);
  return perceptron_step(Mlp({width, width, width}, rng), x, seconds);
}

// L layers 64-64: each costs the same, until weights and activations, 43 KB a layer, leave the caches.
StepCost depth_step(int64_t depth, double seconds) {
  constexpr int64_t kWidth = 64, kBatch = 64;
  Rng rng(1);
  const std::vector<int64_t> sizes(static_cast<size_t>(depth + 1), kWidth);
  const Tensor x = randn({kBatch, kWidth}, rng);
  return perceptron_step(Mlp(sizes, rng), x, seconds);
}

// Laplacian of an energy d-256-256-1. Forward carries d directions through the two upper layers, each of B
// 256^2 operations; the first layer's Jacobian is its weight. Reverse sends d B stacked rows of d numbers
// through every layer: B d^2 256 operations in the first, and d^2 B numbers for the rows.
auto laplacian_step(TraceMethod method, bool gradient) {
  return [=](int64_t dimension, double seconds) {
    constexpr int64_t kBatch = 32, kHidden = 256;
    constexpr size_t kUnbounded = size_t{1} << 40;  // all directions at once
    Rng rng(1);
    const Mlp net({dimension, kHidden, kHidden, 1}, rng, {.activation = "softplus"});
    const Tensors parameters = parameters_of(net);
    const Tensor x = randn({kBatch, dimension}, rng);
    const auto energy = [&](const Tensor& at) { return reshape(net.forward(at), {at.dim(0)}); };
    const TraceOptions options{.method = method, .max_bytes = kUnbounded, .create_graph = gradient};
    const auto step = [&] {
      if (!gradient) return void(laplacian(energy, x, options));
      const Tape tape;
      grad(mean(laplacian(energy, x, options)), parameters);
    };
    return cost_of(step, seconds);
  };
}

// n recorded ops on 16 numbers, and their sweep: each costs the same, until the tape, 0.5 KB a node, leaves
// the caches.
StepCost chain_step(int64_t nodes, double seconds) {
  const OpChain chain{.ops = nodes};
  int64_t recorded = 0;
  const auto step = [&] {
    const Tape tape;
    grad(sum(chain()), chain.x);
    recorded = tape.size();
  };
  StepCost cost = cost_of(step, seconds);
  cost.mb += static_cast<double>(recorded) * sizeof(Node) * 1e-6;
  return cost;
}

std::vector<double> numbers(std::initializer_list<int> steps, int factor, int from, int to) {
  std::vector<double> all;
  for (int power = 1; power <= to; power *= factor)
    for (const int step : steps)
      if (from <= step * power && step * power <= to) all.push_back(step * power);
  return all;
}

std::vector<Growth> all_growths() {
  const auto twos = [](int from, int to) { return numbers({1}, 2, from, to); };
  const auto tens = [](int from, int to) { return numbers({1, 2, 5}, 10, from, to); };
  std::vector<double> dimensions = twos(1, 512);
  dimensions.push_back(784);
  const std::string two_layers = "two layers w-w-w, batch 128: forward and backward";
  std::vector<Growth> all = {
      {"batch", "batch", "training step of the VAE 784-500-20", "B", twos(16, 4096), vae_step},
      {"width", "width", two_layers, "w", twos(64, 4096), width_step},
      {"depth", "depth", "L layers of 64 units, batch 64: forward and backward", "L", tens(1, 1000),
       depth_step}};
  for (const bool reverse : {false, true})
    for (const bool gradient : {false, true})
      all.push_back(
          {"dimension",
           fmt::format("dimension_{}{}", reverse ? "reverse" : "forward", gradient ? "_gradient" : ""),
           "exact Laplacian of an energy d-256-256-1, batch 32", "d", dimensions,
           laplacian_step(reverse ? TraceMethod::reverse : TraceMethod::forward, gradient)});
  all.push_back({"nodes", "nodes", "chain of n ops on 16 elements: forward and backward", "n",
                 tens(100, 1'000'000), chain_step});
  return all;
}

}  // namespace

std::span<const Growth> growths() {
  static const std::vector<Growth> kGrowths = all_growths();
  return kGrowths;
}

std::vector<StepCost> measure(const Growth& growth, const GrowthOptions& options) {
  std::vector<StepCost> out(std::min(options.sizes, growth.sizes.size()), {.ms = INFINITY});
  for (int round = 0; round < options.rounds; ++round)
    for (size_t i = 0; i < out.size(); ++i) {
      const StepCost cost = growth.measure(static_cast<int64_t>(growth.sizes[i]), options.seconds);
      out[i] = {std::min(out[i].ms, cost.ms), cost.mb};
    }
  trim_pool();
  return out;
}

double order_between(double x, double y, double next_x, double next_y) {
  return std::log(next_y / y) / std::log(next_x / x);
}

}  // namespace gradzoo
