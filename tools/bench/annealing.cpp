#include "tools/bench/annealing.h"

#include "autograd/kernels/threads/flops.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_path.h"
#include "tools/bench/meters.h"
#include "tools/clock.h"

namespace gradzoo {

WorkloadResult run_annealing(const BenchOptions& options) {
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
  const auto advance = [&] {
    const double from = static_cast<double>(at % 10'000) / kTemperatures;
    weights += path.advance(x, from, from + 1 / kTemperatures, rng);
    ++at;
  };
  for (int64_t i = 0; i < options.warm_up; ++i) advance();
  WorkloadResult out;
  out.batch = kChains;
  out.step_ms.reserve(static_cast<size_t>(options.steps));
  reset_pool_peak();
  const double flops = kernels::counted_flops(), allocations = allocations_so_far();
  for (int64_t i = 0; i < options.steps; ++i) {
    const double begun = steady_seconds();
    advance();
    out.step_ms.push_back((steady_seconds() - begun) * 1e3);
  }
  const auto steps = static_cast<double>(options.steps);
  out.allocations_per_step = (allocations_so_far() - allocations) / steps;
  out.gemm_gflop = (kernels::counted_flops() - flops) * 1e-9 / steps;
  out.peak_rss_mb = peak_memory_mb();
  out.pool_peak_mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6;
  out.final_loss = mean(weights).item();
  return out;
}

}  // namespace gradzoo
