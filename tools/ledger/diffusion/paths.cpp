#include "tools/ledger/diffusion/paths.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/score/objectives.h"
#include "nn/layers/layers.h"

namespace gradzoo {
namespace {

constexpr double kMean = 0.7, kStd = 0.5;
constexpr double kFirst = 3, kLast = 0.05;  // noise levels

double variance_at(const Mixing& at) { return at.data * at.data * kStd * kStd + at.noise * at.noise; }

// E[x_1 | x_t] = m + a s^2 / v (x_t - a m), of data N(m, s^2).
Reading gaussian_reading(const Tensor& x, const Mixing& at) {
  const Tensor denoised = (x - at.data * kMean) * (at.data * kStd * kStd / variance_at(at)) + kMean;
  return {denoised, (x - denoised * at.data) / at.noise};
}

double relative_error(const Tensor& found, const Tensor& wanted) {
  return max(abs(found - wanted)).item() / std::max(1.0, max(abs(wanted)).item());
}

}  // namespace

double conversion_error(const Conversions& how) {
  const Tensor x = arange(31, DType::f64) * 0.2 - 3.0;
  double worst = 0;
  for (const NoisePath& path : {straight_path(), cosine_path(), geometric_path(kFirst, kLast)}) {
    for (const double t : {0.1, 0.4, 0.7, 0.95}) {
      const Mixing at = path(t);
      const double v = variance_at(at);
      const double slope = at.data * at.data_slope * kStd * kStd + at.noise * at.noise_slope;  // v' / 2
      const Tensor away = x - at.data * kMean;
      const Tensor score = away * (-1 / v), velocity = away * (slope / v) + at.data_slope * kMean;
      const Reading exact = gaussian_reading(x, at);
      for (const Reading& reading :
           {how.from_noise(exact.noise, x, at), how.from_denoised(exact.denoised, x, at),
            how.from_score(score, x, at), how.from_velocity(velocity, x, at)}) {
        worst = std::max({worst, relative_error(how.to_score(reading, at), score),
                          relative_error(how.to_velocity(reading, at), velocity)});
      }
    }
  }
  return worst;
}

double gaussian_levels_z(PathStep step, uint64_t seed) {
  constexpr int64_t kChains = 200'000, kLevels = 8;
  const NoisePath path = geometric_path(kFirst, kLast);
  Rng rng(seed, "ledger/levels");
  const auto read = [&](const Tensor& x, double t) { return gaussian_reading(x, path(t)); };
  const LevelOptions level{.repeats = 4, .step = 0.15};
  const PathWalk walk{path, read, rng, level};
  Tensor x = randn({kChains, 1}, rng, DType::f64) * kFirst;
  double mean_now = 0, variance = kFirst * kFirst, worst = 0;
  for (int64_t i = 0; i < kLevels; ++i) {
    const double from = static_cast<double>(i) / kLevels, to = static_cast<double>(i + 1) / kLevels;
    x = step(walk, x, from, to);
    const double sigma = path(from).noise, e = level.step * sigma * sigma;
    const double pull = 1 - e / (kStd * kStd + sigma * sigma);
    for (int64_t k = 0; k < level.repeats; ++k) {
      mean_now = kMean + pull * (mean_now - kMean);
      variance = pull * pull * variance + 2 * e;
    }
    const double n = static_cast<double>(kChains);
    worst = std::max({worst, std::abs(mean(x).item() - mean_now) / std::sqrt(variance / n),
                      std::abs(var(x).item() / variance - 1) / std::sqrt(2 / n)});
  }
  return worst;
}

double step_convention_error(PathStep step) {
  constexpr double kStep = 0.03;
  constexpr int64_t kRepeats = 6;
  const NoisePath path = geometric_path(kFirst, kLast);
  const auto read = [&](const Tensor& x, double t) { return gaussian_reading(x, path(t)); };
  Rng ours(1, "ledger/convention"), theirs(1, "ledger/convention");
  const Tensor start = (arange(64, DType::f64) / 16.0 - 2.0).view({64, 1});
  const Tensor x = step({path, read, ours, {.repeats = kRepeats, .step = kStep}}, start, 0.4, 0.5);

  const Mixing at = path(0.4);
  const double least = path(1).noise, epsilon = 2 * kStep * least * least;
  const double alpha = epsilon * at.noise * at.noise / (least * least);
  Tensor y = start;
  for (int64_t i = 0; i < kRepeats; ++i)
    y = y + score_of(gaussian_reading(y, at), at) * (alpha / 2) + randn_like(y, theirs) * std::sqrt(alpha);
  return relative_error(x, y);
}

double stream_difference(PathStep step) {
  const NoisePath path = cosine_path();
  const auto read = [&](const Tensor& x, double t) { return gaussian_reading(x, path(t)); };
  const Tensor start = (arange(64, DType::f64) / 16.0 - 2.0).view({64, 1});
  Rng first(1, "ledger/streams"), second(2, "ledger/streams");
  return max(abs(walk_path({path, read, first}, step, start, 25) -
                 walk_path({path, read, second}, step, start, 25)))
      .item();
}

double gaussian_flow_bits_error(FunctionRef<Tensor(VelocityFn, const Tensor&)> log_density) {
  const NoisePath path = cosine_path();
  const double scale = path(1).data, noise = path(1).noise;
  const auto velocity = [&](const Tensor& x, double t) {
    return velocity_of(gaussian_reading(x, path(t)), path(t));
  };
  Rng rng(3, "ledger/flow-bits");
  const Tensor x = randn({20'000, 2}, rng, DType::f64) * kStd + kMean;
  const double variance = scale * scale * kStd * kStd + noise * noise;
  const Tensor wanted = sum(square(x * scale - scale * kMean), 1) * (-0.5 / variance) -
                        std::log(2 * std::numbers::pi * variance);
  const Tensor found = log_density(velocity, x * scale);
  return std::abs(mean(found - wanted).item()) / (2 * std::numbers::ln2);
}

double score_equivalence_error(double (*weight)(const Mixing&)) {
  Rng rng(1, "ledger/score-equivalence");
  const Mlp net({3, 24, 24, 3}, rng, {.activation = "silu", .linear = {.dtype = DType::f64}});
  const Tensor data = randn({40, 3}, rng, DType::f64), eps = randn({40, 3}, rng, DType::f64);
  const Mixing at = geometric_path(kFirst, kLast)(0.6);
  const std::vector<NamedTensor> named = net.named_parameters();
  Tensors parameters;
  for (const NamedTensor& parameter : named) parameters.push_back(parameter.tensor);

  const Tape tape;
  const Tensor by_noise = mean(sum(square(net.forward(data + eps * at.noise) - eps), 1)) * 0.5;
  const auto score = [&](const Tensor& x) { return net.forward(x) * (-1 / at.noise); };
  const Tensor by_score =
      mean(denoising_score_matching({score, false}, data, eps, {.sigma = at.noise, .antithetic = false})) *
      weight(at);
  double worst = relative_error(by_score, by_noise);
  const Tensors a = grad(by_noise, parameters, {.retain_graph = true}), b = grad(by_score, parameters);
  for (size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, max(abs(a[i] - b[i])).item() / max(abs(a[i])).item());
  return worst;
}

}  // namespace gradzoo
