#include "tools/bench/annealing.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "tools/bench/meters.h"
#include "tools/bench/timed_steps.h"

namespace gradzoo {

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
