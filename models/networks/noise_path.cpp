#include "gradzoo/models/networks/noise_path.h"

#include <cmath>
#include <numbers>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

// Time as an angle: both ends are left out, where data or noise would vanish and readings divide by 0.
constexpr double kFirstAngle = 0.04, kLastAngle = std::numbers::pi / 2 - 0.004;

// A path that ends at 0 and 1, up to the rounding of sums of steps.
template <class Fn>
NoisePath within_times(Fn at) {
  return [at](double t) -> Mixing {
    if (!(t > -1e-6 && t < 1 + 1e-6))
      throw Error("time {} of a path from noise to data. Hint: from 0, noise, to 1, data", t);
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
    throw Error("noise levels fall from {} to {}. Hint: they are above 0, and the first is the largest",
                first, last);
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

}  // namespace gradzoo
