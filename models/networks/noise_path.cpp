#include "gradzoo/models/networks/noise_path.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

// Time as an angle: both ends are left out, where data or noise would vanish and readings divide by 0.
constexpr double kFirstAngle = 0.04, kLastAngle = std::numbers::pi / 2 - 0.004;

// A path that ends at 0 and 1, up to the rounding of sums of steps.
template <class Fn>
NoisePath within_times(Fn at) {
  return [at](double t) -> Mixing {
    if (!(t > -1e-6 && t < 1 + 1e-6))
      throw Error("time {} of a path from noise to data. Hint: use times from 0 (noise) to 1 (data)", t);
    return at(t);
  };
}

}  // namespace

NoisePath straight_path() {
  return within_times([](double t) { return Mixing{t, 1 - t, 1, -1}; });
}

NoisePath cosine_path() {
  return within_times([](double t) {
    constexpr double kSpeed = kLastAngle - kFirstAngle;
    const double angle = kFirstAngle + kSpeed * t;
    return Mixing{std::sin(angle), std::cos(angle), kSpeed * std::cos(angle), -kSpeed * std::sin(angle)};
  });
}

NoisePath geometric_path(double first, double last) {
  if (!(last > 0) || !(first > last) || !std::isfinite(first))
    throw Error("noise levels fall from {} to {}. Hint: use levels above 0 with the first the largest", first,
                last);
  return within_times([first, last](double t) {
    const double sigma = first * std::pow(last / first, t);
    return Mixing{1, sigma, 0, sigma * std::log(last / first)};
  });
}

MixingColumns mixing_columns(const NoisePath& path, const Tensor& t) {
  const Shape column{t.dim(0), 1};
  MixingColumns out{empty(column, t.dtype()), empty(column, t.dtype()), empty(column, t.dtype()),
                    empty(column, t.dtype())};
  visit_floating(t.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < t.size(); ++i) {
      const Mixing at = path(static_cast<double>(t.data<T>()[i]));
      out.data.mutable_data<T>()[i] = static_cast<T>(at.data);
      out.noise.mutable_data<T>()[i] = static_cast<T>(at.noise);
      out.data_slope.mutable_data<T>()[i] = static_cast<T>(at.data_slope);
      out.noise_slope.mutable_data<T>()[i] = static_cast<T>(at.noise_slope);
    }
  });
  return out;
}

PathPoints points_on(const NoisePath& path, const Tensor& noise, const Tensor& data, const Tensor& t) {
  const MixingColumns at = mixing_columns(path, t);
  return {at.data * data + at.noise * noise, at.data_slope * data + at.noise_slope * noise};
}

Tensor stratified_times(int64_t n, Rng& rng) {
  const auto [part, parts] = rng.window();
  const WholeRows whole(rng);
  const int64_t all = n * parts;
  const Tensor stratum = cast(randperm(all, rng), DType::f32);
  return ((stratum + rand({all}, rng)) / static_cast<double>(all)).rows(part * n, (part + 1) * n).clone();
}

Prediction prediction_from_noise(const Tensor& noise, const Tensor& x, const Mixing& at) {
  return {(x - noise * at.noise) / at.data, noise};
}

Prediction prediction_from_denoised(const Tensor& denoised, const Tensor& x, const Mixing& at) {
  return {denoised, (x - denoised * at.data) / at.noise};
}

Prediction prediction_from_score(const Tensor& score, const Tensor& x, const Mixing& at) {
  return prediction_from_noise(score * -at.noise, x, at);
}

// x = a D + b E and v = a' D + b' E, by Cramer's rule.
Prediction prediction_from_velocity(const Tensor& velocity, const Tensor& x, const Mixing& at) {
  const double determinant = at.data * at.noise_slope - at.data_slope * at.noise;
  return {(x * at.noise_slope - velocity * at.noise) / determinant,
          (velocity * at.data - x * at.data_slope) / determinant};
}

Tensor score_of(const Prediction& prediction, const Mixing& at) { return prediction.noise * (-1 / at.noise); }

Tensor velocity_of(const Prediction& prediction, const Mixing& at) {
  return prediction.denoised * at.data_slope + prediction.noise * at.noise_slope;
}

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
        "use more sample_steps, a smaller level_step, or longer training",
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

namespace {

// Langevin steps leave rows at the noise of the time at which they begin, which `to` then only renames.
bool stays_at_level(PathStep step) { return step == langevin_step; }

// From noise x to data, each step so many times; with `given` known numbers put back before it.
Tensor walk_path(const Trajectory& trajectory, PathStep step, Tensor x, const KnownNumbers* given,
                 int64_t steps, int64_t repeats) {
  if (steps < 1) throw Error("{} steps from noise to data. Hint: use 1 or more", steps);
  const NoGrad quiet;
  const NoisePath& path = trajectory.path;
  const double part = 1.0 / static_cast<double>(steps);
  const auto time = [&](int64_t i) { return i == steps ? 1 : static_cast<double>(i) * part; };
  double at = 0;  // the time whose noise x has
  if (trajectory.seen) trajectory.seen(x);
  for (int64_t i = 0; i < steps * repeats; ++i) {
    const double from = time(i / repeats), to = time(i / repeats + 1);
    const bool goes_back = i % repeats + 1 < repeats, ends = i + 1 == steps * repeats;
    if (given) {
      const Tensor noise = randn_like(x, trajectory.rng) * path(from).noise;
      x = completed(x, noise + given->values * path(from).data, given->known);
    }
    at = stays_at_level(step) && (goes_back || ends) ? from : to;
    x = step(trajectory, x, from, at);
    check_bounded(path, x, i / repeats + 1, steps, from);
    if (goes_back && at > from) x = noise_back(path, x, from, at, trajectory.rng);
    if (trajectory.seen) trajectory.seen(x);
    if (trajectory.done) trajectory.done(static_cast<double>(i + 1) / static_cast<double>(steps * repeats));
  }
  return path(at).noise > 0 ? trajectory.predict(x, at).denoised : x;
}

}  // namespace

Tensor follow_path(const Trajectory& trajectory, PathStep step, Tensor x, int64_t steps) {
  return walk_path(trajectory, step, std::move(x), nullptr, steps, 1);
}

Tensor complete_path(const Trajectory& trajectory, PathStep step, Tensor x, const KnownNumbers& given,
                     int64_t steps, int64_t repeats) {
  return walk_path(trajectory, step, std::move(x), &given, steps, repeats);
}

double time_of_noise(const NoisePath& path, double sigma) {
  double low = 0, high = 1;  // the ratio falls all the way
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    const Mixing at = path(middle);
    (at.noise > sigma * at.data ? low : high) = middle;
  }
  return high;
}

Tensor noise_back(const NoisePath& path, const Tensor& x, double from, double to, Rng& rng) {
  const Back back = back_between(path(from), path(to));
  return x * back.share + randn_like(x, rng) * back.noise;
}

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
