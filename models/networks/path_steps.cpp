#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/networks/noise_path.h"

namespace gradzoo {
namespace {

// x_from = r x_to + n z.
struct Back {
  double share, noise;
};
Back back_between(const Mixing& from, const Mixing& to) {
  const double share = from.data / to.data;
  return {share, std::sqrt(from.noise * from.noise - share * share * to.noise * to.noise)};
}

// Langevin steps that are too long for a level grow without end.
void check_bounded(const NoisePath& path, const Tensor& x, int64_t step, int64_t steps, double t) {
  constexpr double kWidest = 1e6;  // of x over the data's and the noise's factors
  const Mixing at = path(t);
  const double largest = max(abs(x)).item(), scale = at.data + at.noise;
  if (!(largest <= kWidest * scale))
    throw Error(
        "samples diverged in step {} of {}, at noise {:.3g} times the data (largest element {:.3g}). Hint: "
        "more sample_steps, a smaller level_step, or longer training",
        step, steps, at.noise / std::max(at.data, 1e-300), largest);
}

Tensor velocity_at(const Trajectory& trajectory, const Tensor& x, double t) {
  return velocity_of(trajectory.predict(x, t), trajectory.path(t));
}

}  // namespace

Tensor euler_step(const Trajectory& trajectory, const Tensor& x, double from, double to) {
  return x + velocity_at(trajectory, x, from) * (to - from);
}

Tensor heun_step(const Trajectory& trajectory, const Tensor& x, double from, double to) {
  const Tensor first = velocity_at(trajectory, x, from);
  const Tensor second = velocity_at(trajectory, x + first * (to - from), to);
  return x + (first + second) * ((to - from) / 2);
}

Tensor ddim_step(const Trajectory& trajectory, const Tensor& x, double from, double to) {
  const Prediction at = trajectory.predict(x, from);
  const Mixing next = trajectory.path(to);
  return at.denoised * next.data + at.noise * next.noise;
}

// Given x_1, x_to has variance (n b_to / b_from)^2, and what is left of b_to^2 is along E[eps|x].
Tensor ancestral_step(const Trajectory& trajectory, const Tensor& x, double from, double to) {
  const Prediction at = trajectory.predict(x, from);
  const Mixing here = trajectory.path(from), next = trajectory.path(to);
  const double fresh = back_between(here, next).noise * next.noise / here.noise;
  const double kept = std::sqrt(next.noise * next.noise - fresh * fresh);
  return at.denoised * next.data + at.noise * kept + randn_like(x, trajectory.rng) * fresh;
}

// With y = x / a = x_1 + sigma eps the score of y is -E[eps|y] / sigma.
Tensor langevin_step(const Trajectory& trajectory, const Tensor& x, double from, double to) {
  const Mixing here = trajectory.path(from);
  if (here.data == 0) return ddim_step(trajectory, x, from, to);
  const double sigma = here.noise / here.data, e = trajectory.level.step;
  Tensor y = x / here.data;
  for (int64_t i = 0; i < trajectory.level.repeats; ++i) {
    const Tensor noise = trajectory.predict(y * here.data, from).noise;
    y = y - noise * (e * sigma) + randn_like(y, trajectory.rng) * (std::sqrt(2 * e) * sigma);
  }
  return y * trajectory.path(to).data;
}

Tensor follow_path(const Trajectory& trajectory, PathStep step, Tensor x, int64_t steps) {
  if (steps < 1) throw Error("{} steps from noise to data. Hint: 1 or more", steps);
  const NoGrad quiet;
  const double part = 1.0 / static_cast<double>(steps);
  for (int64_t i = 0; i < steps; ++i) {
    const double from = static_cast<double>(i) * part;
    x = step(trajectory, x, from, i + 1 == steps ? 1 : static_cast<double>(i + 1) * part);
    check_bounded(trajectory.path, x, i + 1, steps, from);
    if (trajectory.done) trajectory.done(static_cast<double>(i + 1) * part);
  }
  return trajectory.path(1).noise > 0 ? trajectory.predict(x, 1).denoised : x;
}

Tensor noise_back(const NoisePath& path, const Tensor& x, double from, double to, Rng& rng) {
  const Back back = back_between(path(from), path(to));
  return x * back.share + randn_like(x, rng) * back.noise;
}

}  // namespace gradzoo
