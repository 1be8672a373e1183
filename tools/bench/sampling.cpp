#include "tools/bench/sampling.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/samplers/kinds/annealed.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "tools/bench/meters.h"

namespace gradzoo {
namespace {

constexpr int64_t kNumbers = 784, kSamples = 100;

double rms(const Tensor& x) { return std::sqrt(mean(square(x)).item()); }

}  // namespace

WorkloadResult annealed_langevin(const BenchOptions& options) {
  reset_peak_memory();
  const NoGrad quiet;
  Rng rng(1, "bench/annealed");
  const Mlp net({kNumbers, 1024, 1024, kNumbers}, rng, {.activation = "silu"});
  const auto score = [&](const Tensor& x, double sigma) { return net.forward(x) / sigma; };
  const Target target{.score = [&](const Tensor& x) { return score(x, 1); }, .noisy_score = score};
  AnnealedLangevin sampler({.levels = 10, .level_steps = 100});
  const Tensor start = rand({kSamples, kNumbers}, rng);
  int64_t taken = 0;
  return timed_steps(options, kSamples, [&] {
    if (taken++ % 1000 == 0) sampler.begin(target, start);
    sampler.step(target, rng);
    return rms(sampler.x());
  });
}

WorkloadResult unet_sampling(const BenchOptions& options) {
  constexpr int64_t kSteps = 25, kClasses = 10;
  reset_peak_memory();
  const NoGrad quiet;
  Rng rng(1, "bench/unet");
  const DataShape digits{.example = {28, 28}, .classes = kClasses};
  const TimeNetwork net({}, digits, kClasses, rng);
  const Tensor labels = any_labels(kSamples, digits.labels()), start = randn({kSamples, kNumbers}, rng);
  const NoisePath path = straight_path();
  const auto predict = [&](const Tensor& x, double t) {
    return prediction_from_velocity(net.predict(x, full({kSamples}, t), labels), x, path(t));
  };
  const Trajectory trajectory{path, predict, rng};
  Tensor x = start;
  int64_t at = 0;
  return timed_steps(options, kSamples, [&] {
    if (at == kSteps) {
      at = 0;
      x = start;
    }
    const double from = static_cast<double>(at) / kSteps;
    x = euler_step(trajectory, x, from, static_cast<double>(++at) / kSteps);
    return rms(x);
  });
}

WorkloadResult timed_steps(const BenchOptions& options, int64_t batch, FunctionRef<double()> step) {
  for (int64_t i = 0; i < options.warm_up; ++i) step();
  WorkloadResult out;
  out.batch = batch;
  out.step_ms.reserve(static_cast<size_t>(options.steps));
  reset_pool_peak();
  const double flops = counted_flops(), allocations = allocations_so_far();
  double total = 0;
  for (int64_t i = 0; i < options.steps; ++i) {
    const double begun = steady_seconds();
    total += step();
    out.step_ms.push_back((steady_seconds() - begun) * 1e3);
  }
  const auto steps = static_cast<double>(options.steps);
  out.gemm_gflop = (counted_flops() - flops) * 1e-9 / steps;
  out.allocations_per_step = (allocations_so_far() - allocations) / steps;
  out.peak_rss_mb = peak_memory_mb();
  out.pool_peak_mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6;
  out.final_loss = total / steps;
  return out;
}

namespace {

constexpr int64_t kChains = 1000, kDimensions = 100, kLeapfrogSteps = 10;

Target gaussian() {
  const Tensor precision = exp(arange(kDimensions) * (-2 * std::log(10.0) / (kDimensions - 1))) * 100.0;
  const Tensor downwards = -precision, column = reshape(downwards, {kDimensions, 1});
  const auto log_prob = [column](const Tensor& x) {
    return reshape(matmul(square(x), column), {x.dim(0)}) * 0.5;
  };
  return {.log_prob = log_prob, .score = [downwards](const Tensor& x) { return x * downwards; }};
}

}  // namespace

WorkloadResult hmc_steps(const BenchOptions& options) {
  reset_peak_memory();
  Rng rng(1, "bench/hmc");
  const Target target = gaussian();
  Hmc sampler({.step = 0.1, .leapfrog_steps = kLeapfrogSteps});
  sampler.begin(target, randn({kChains, kDimensions}, rng));
  sampler.plan_warmup(options.warm_up);
  for (int64_t i = 0; i < options.warm_up; ++i) sampler.step(target, rng, true);
  sampler.step(target, rng);

  return timed_steps({options.steps, 0}, kChains, [&] {
    sampler.step(target, rng);
    return sampler.moved();
  });
}

WorkloadResult run_annealing(const BenchOptions& options) {
  reset_peak_memory();
  constexpr int64_t kVisible = 784, kHidden = 500, kChains = 100;
  constexpr double kTemperatures = 10'000, kBias = -2;  // an eighth of the pixels is on, as in digits
  const NoGrad quiet;
  Rng rng(1, "bench/annealing");
  const RbmLayer layer(kVisible, kHidden, rng);
  Tensor bias = layer.visible_bias().detach();
  bias += kBias;
  RbmPath path(layer, bias);
  Tensor x = path.begin(kChains, rng), weights = zeros({kChains}, DType::f64);
  int64_t at = 0;
  return timed_steps(options, kChains, [&] {
    const double from = static_cast<double>(at % 10'000) / kTemperatures;
    weights += path.advance(x, from, from + 1 / kTemperatures, rng);
    ++at;
    return mean(weights).item();
  });
}

}  // namespace gradzoo
