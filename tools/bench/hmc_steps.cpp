#include "tools/bench/hmc_steps.h"

#include <cmath>

#include "autograd/kernels/threads/flops.h"
#include "autograd/ops.h"
#include "samplers/kinds/hmc.h"
#include "tools/bench/meters.h"
#include "tools/clock.h"

namespace gradzoo {
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

  WorkloadResult out;
  out.batch = kChains;
  out.step_ms.reserve(static_cast<size_t>(options.steps));
  reset_pool_peak();
  const double flops = kernels::counted_flops(), allocations = allocations_so_far();
  double accepted = 0;
  for (int64_t i = 0; i < options.steps; ++i) {
    const double begun = steady_seconds();
    sampler.step(target, rng);
    out.step_ms.push_back((steady_seconds() - begun) * 1e3);
    accepted += sampler.moved();
  }
  const auto steps = static_cast<double>(options.steps);
  out.gemm_gflop = (kernels::counted_flops() - flops) * 1e-9 / steps;
  out.allocations_per_step = (allocations_so_far() - allocations) / steps;
  out.peak_rss_mb = peak_memory_mb();
  out.pool_peak_mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6;
  out.final_loss = accepted / steps;
  return out;
}

}  // namespace gradzoo
