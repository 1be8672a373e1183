#include "tools/bench/sampling.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/samplers/kinds/annealed.h"
#include "tools/bench/meters.h"
#include "tools/bench/timed_steps.h"

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

}  // namespace gradzoo
