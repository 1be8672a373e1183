#include "tools/bench/hmc_steps.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "tools/bench/meters.h"
#include "tools/bench/timed_steps.h"

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

  return timed_steps({options.steps, 0}, kChains, [&] {
    sampler.step(target, rng);
    return sampler.moved();
  });
}

}  // namespace gradzoo
