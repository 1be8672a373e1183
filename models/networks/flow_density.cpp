#include <cmath>
#include <numbers>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/noise_path.h"

namespace gradzoo {
namespace {

/// What changes along a path: where it is, and how much volume it has spread.
struct Slopes {
  Tensor x, volume;  // (B, d), (B)
};

}  // namespace

Tensor flow_log_density(VelocityFn u, const Tensor& x, const FlowDensityOptions& options) {
  const NoGrad quiet;
  const auto slopes = [&](const Tensor& at, double t) {
    return Slopes{u(at, t), divergence([&](const Tensor& y) { return u(y, t); }, at, options.divergence)};
  };
  const double h = 1.0 / static_cast<double>(options.steps);
  Tensor at = x, volume = zeros({x.dim(0)}, x.dtype());
  for (int64_t i = options.steps; i > 0; --i) {
    const double t = static_cast<double>(i) * h;
    const Slopes a = slopes(at, t), b = slopes(at - a.x * (h / 2), t - h / 2);
    const Slopes c = slopes(at - b.x * (h / 2), t - h / 2), d = slopes(at - c.x * h, t - h);
    at = at - (a.x + (b.x + c.x) * 2.0 + d.x) * (h / 6);
    volume = volume + (a.volume + (b.volume + c.volume) * 2.0 + d.volume) * (h / 6);
  }
  const double normal =
      -0.5 * static_cast<double>(x.dim(1)) * std::log(2 * std::numbers::pi * options.noise * options.noise);
  return sum(square(at), 1) * (-0.5 / (options.noise * options.noise)) + normal - volume;
}

}  // namespace gradzoo
