#include "tools/bench/growth.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "autograd/functional/functional.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/clock.h"
#include "base/function_ref.h"
#include "nn/layers/layers.h"
#include "tools/bench/meters.h"
#include "tools/bench/op_chain.h"
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
  const Workload workload{
      "vae", "VAE 784-500-20", "vae", {fmt::format("batch={}", batch), "split=train", "prior=normal"}};
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
StepCost laplacian_step(int64_t dimension, double seconds, TraceMethod method, bool gradient) {
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
}

template <TraceMethod method, bool gradient>
StepCost laplacian_step(int64_t dimension, double seconds) {
  return laplacian_step(dimension, seconds, method, gradient);
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

/// 1, 2, 5, 10, 20, 50, ... within the bounds.
std::vector<int64_t> round_numbers(int64_t from, int64_t to) {
  std::vector<int64_t> numbers;
  for (int64_t power = 1; power <= to; power *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      const int64_t number = factor * power;
      if (from <= number && number <= to) numbers.push_back(number);
    }
  }
  return numbers;
}

std::vector<int64_t> powers_of_two(int64_t from, int64_t to) {
  std::vector<int64_t> powers;
  for (int64_t power = from; power <= to; power *= 2) powers.push_back(power);
  return powers;
}

std::vector<Growth> all_growths() {
  std::vector<int64_t> dimensions = powers_of_two(1, 512);
  dimensions.push_back(784);
  const GrowthTheory line{{0, 1}}, square{{0, 1, 2}}, line_out_of_cache{{0, 1}, true};
  using enum TraceMethod;
  return {
      {"batch",
       "training step of the VAE 784-500-20",
       "B",
       "images in a batch",
       powers_of_two(16, 4096),
       {{"batch", "", line, line, vae_step}}},
      {"width",
       "two layers w-w-w, batch 128: forward and backward",
       "w",
       "units in a layer",
       powers_of_two(64, 4096),
       {{"width", "", square, square, width_step}}},
      {"depth",
       "L layers of 64 units, batch 64: forward and backward",
       "L",
       "layers",
       round_numbers(1, 1000),
       {{"depth", "", line_out_of_cache, line, depth_step}}},
      {"dimension",
       "exact Laplacian of an energy d-256-256-1, batch 32",
       "d",
       "dimensions of x",
       dimensions,
       {{"dimension_forward", "forward", line, line, laplacian_step<forward, false>},
        {"dimension_forward_gradient", "forward, with a gradient", line, line, laplacian_step<forward, true>},
        {"dimension_reverse", "reverse", square, square, laplacian_step<reverse, false>},
        {"dimension_reverse_gradient", "reverse, with a gradient", square, square,
         laplacian_step<reverse, true>}}},
      {"nodes",
       "chain of n ops on 16 numbers: forward and backward",
       "n",
       "nodes on the tape",
       round_numbers(100, 1'000'000),
       {{"nodes", "", line_out_of_cache, line, chain_step}}},
  };
}

}  // namespace

std::span<const Growth> growths() {
  static const std::vector<Growth> kGrowths = all_growths();
  return kGrowths;
}

MeasuredCurve measure_curve(const Growth& growth, const GrowthCurve& curve, const GrowthOptions& options) {
  MeasuredCurve out;
  const size_t count = std::min(options.sizes, growth.sizes.size());
  out.sizes.assign(growth.sizes.begin(), growth.sizes.begin() + static_cast<std::ptrdiff_t>(count));
  out.ms.assign(count, std::numeric_limits<double>::infinity());
  out.mb.assign(count, 0);
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < count; ++i) {
      const StepCost cost = curve.measure(growth.sizes[i], options.seconds);
      out.ms[i] = std::min(out.ms[i], cost.ms);
      out.mb[i] = cost.mb;
    }
  }
  trim_pool();
  out.time = fit_growth_law(out.sizes, out.ms, curve.time);
  out.memory = fit_growth_law(out.sizes, out.mb, curve.memory);
  return out;
}

}  // namespace gradzoo
