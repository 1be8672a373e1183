#include <numbers>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/nn/layers/layers.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr double kMean = 0.7, kStd = 0.5;   // of the data, a Gaussian
constexpr double kFirst = 3, kLast = 0.05;  // noise levels

double variance_at(const Mixing& at) { return at.data * at.data * kStd * kStd + at.noise * at.noise; }

// E[x_1 | x_t] = m + a s^2 / v (x_t - a m), of data N(m, s^2).
Prediction gaussian_prediction(const Tensor& x, const Mixing& at) {
  const Tensor denoised = (x - at.data * kMean) * (at.data * kStd * kStd / variance_at(at)) + kMean;
  return {denoised, (x - denoised * at.data) / at.noise};
}

double relative_error(const Tensor& found, const Tensor& wanted) {
  return largest_abs(found - wanted) / std::max(1.0, largest_abs(wanted));
}

/// Conversions between predictions of the noise, the denoised data, the score and the velocity.
struct Conversions {
  Prediction (*from_noise)(const Tensor&, const Tensor&, const Mixing&) = prediction_from_noise;
  Prediction (*from_denoised)(const Tensor&, const Tensor&, const Mixing&) = prediction_from_denoised;
  Prediction (*from_score)(const Tensor&, const Tensor&, const Mixing&) = prediction_from_score;
  Prediction (*from_velocity)(const Tensor&, const Tensor&, const Mixing&) = prediction_from_velocity;
  Tensor (*to_score)(const Prediction&, const Mixing&) = score_of;
  Tensor (*to_velocity)(const Prediction&, const Mixing&) = velocity_of;
};

/// Returns the largest relative error of score and velocity from each of the four predictions on three paths.
/// x_t is N(a m, v), v = a^2 s^2 + b^2: score -(x - a m) / v, velocity a' m + v' / (2 v) (x - a m).
RowResult conversions(const Conversions& how, const RowContext&) {
  const Tensor x = arange(31, DType::f64) * 0.2 - 3.0;
  double worst = 0;
  for (const NoisePath& path : {straight_path(), cosine_path(), geometric_path(kFirst, kLast)}) {
    for (const double t : {0.1, 0.4, 0.7, 0.95}) {
      const Mixing at = path(t);
      const double v = variance_at(at);
      const double slope = at.data * at.data_slope * kStd * kStd + at.noise * at.noise_slope;  // v' / 2
      const Tensor away = x - at.data * kMean;
      const Tensor score = away * (-1 / v), velocity = away * (slope / v) + at.data_slope * kMean;
      const Prediction exact = gaussian_prediction(x, at);
      for (const Prediction& prediction :
           {how.from_noise(exact.noise, x, at), how.from_denoised(exact.denoised, x, at),
            how.from_score(score, x, at), how.from_velocity(velocity, x, at)}) {
        worst = std::max({worst, relative_error(how.to_score(prediction, at), score),
                          relative_error(how.to_velocity(prediction, at), velocity)});
      }
    }
  }
  return {worst, AtMost{1e-10},
          "data N(0.7, 0.25); straight, cosine and geometric paths; t = 0.1, 0.4, 0.7, 0.95; from noise, "
          "denoised data, score and velocity to score and velocity; value: largest relative error"};
}

using SquaredNoise = double (*)(const Mixing& at);

/// Returns the largest relative difference of loss and theta-gradient between denoising score matching times
/// weight() = b^2 and the error of the predicted noise.
RowResult score_equivalence(SquaredNoise weight, const RowContext&) {
  Rng rng(1, "ledger/score-equivalence");
  const Mlp net({3, 24, 24, 3}, rng, {.activation = "silu", .linear = {.dtype = DType::f64}});
  const Tensor data = randn({40, 3}, rng, DType::f64), eps = randn({40, 3}, rng, DType::f64);
  const Mixing at = geometric_path(kFirst, kLast)(0.6);
  const std::vector<Tensor> parameters = net.parameters();

  const Tape tape;
  const Tensor by_noise = mean(sum(square(net.forward(data + eps * at.noise) - eps), 1)) * 0.5;
  const auto score = [&](const Tensor& x) { return net.forward(x) * (-1 / at.noise); };
  const Tensor by_score =
      mean(denoising_score_matching({score, false}, data, eps, {.sigma = at.noise, .antithetic = false})) *
      weight(at);
  double worst = relative_error(by_score, by_noise);
  const Tensors a = grad(by_noise, parameters, {.retain_graph = true}), b = grad(by_score, parameters);
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, largest_abs(a[i] - b[i]) / largest_abs(a[i]));
  return {worst, AtMost{1e-10},
          "f64, perceptron 3-24-24-3 with SiLU, 40 points; value: largest relative difference of loss and "
          "theta-gradient between b^2 DSM and the error of the predicted noise"};
}

/// Returns the largest difference between samples from one start with two random streams.
RowResult ddim_deterministic(PathStep step, const RowContext&) {
  const NoisePath path = cosine_path();
  const auto predict = [&](const Tensor& x, double t) { return gaussian_prediction(x, path(t)); };
  const Tensor start = (arange(64, DType::f64) / 16.0 - 2.0).view({64, 1});
  Rng first(1, "ledger/streams"), second(2, "ledger/streams");
  return {
      largest_abs(follow_path({path, predict, first}, step, start, 25) -
                  follow_path({path, predict, second}, step, start, 25)),
      AtMost{0},
      "64 starts, 25 steps, two random streams (ancestral steps would differ); value: largest difference"};
}

using LogDensityAlong = Tensor (*)(VelocityFn v, const Tensor& x);

/// Returns the mean difference of exact log-density and log-density along the cosine path, bits/dim.
RowResult flow_likelihood(LogDensityAlong log_density, const RowContext&) {
  const NoisePath path = cosine_path();
  const double scale = path(1).data, variance = variance_at(path(1));
  const auto velocity = [&](const Tensor& x, double t) {
    return velocity_of(gaussian_prediction(x, path(t)), path(t));
  };
  Rng rng(3, "ledger/flow-bits");
  const Tensor x = randn({20'000, 2}, rng, DType::f64) * kStd + kMean;
  const Tensor wanted = sum(square(x * scale - scale * kMean), 1) * (-0.5 / variance) -
                        std::log(2 * std::numbers::pi * variance);
  const Tensor found = log_density(velocity, x * scale);
  return {
      std::abs(mean(found - wanted).item()) / (2 * std::numbers::ln2), AtMost{1e-3},
      "N(0.7, 0.25) in the plane, 20,000 draws, 96 steps along the cosine path; value: mean error, bits/dim"};
}

/// Returns the largest difference between a level's steps with eta and the steps x + alpha/2 s + sqrt(alpha)
/// z, alpha = eps sigma_i^2 / sigma_L^2 (Song & Ermon 2019, algorithm 1), eps = 2 eta sigma_L^2.
RowResult step_conventions(PathStep step, const RowContext&) {
  constexpr double kStep = 0.03;
  constexpr int64_t kRepeats = 6;
  const NoisePath path = geometric_path(kFirst, kLast);
  const auto predict = [&](const Tensor& x, double t) { return gaussian_prediction(x, path(t)); };
  Rng ours(1, "ledger/convention"), theirs(1, "ledger/convention");
  const Tensor start = (arange(64, DType::f64) / 16.0 - 2.0).view({64, 1});
  const Tensor x = step({path, predict, ours, {.repeats = kRepeats, .step = kStep}}, start, 0.4, 0.5);

  const Mixing at = path(0.4);
  const double least = path(1).noise, epsilon = 2 * kStep * least * least;
  const double alpha = epsilon * at.noise * at.noise / (least * least);
  Tensor y = start;
  for (int64_t i = 0; i < kRepeats; ++i)
    y = y + score_of(gaussian_prediction(y, at), at) * (alpha / 2) + randn_like(y, theirs) * std::sqrt(alpha);
  return {relative_error(x, y), AtMost{1e-12},
          "64 chains, 6 steps per level, each convention written out; value: largest relative difference"};
}

/// Returns the largest |z| of the mean and variance of many chains after each level. A Langevin step gives
/// v <- (1 - eta sigma^2 / (s^2 + sigma^2))^2 v + 2 eta sigma^2.
RowResult gaussian_levels(PathStep step, const RowContext& context) {
  constexpr int64_t kChains = 200'000, kLevels = 8;
  const NoisePath path = geometric_path(kFirst, kLast);
  Rng rng(context.seed, "ledger/levels");
  const auto predict = [&](const Tensor& x, double t) { return gaussian_prediction(x, path(t)); };
  const LevelOptions level{.repeats = 4, .step = 0.15};
  const Trajectory trajectory{path, predict, rng, level};
  Tensor x = randn({kChains, 1}, rng, DType::f64) * kFirst;
  double mean_now = 0, variance = kFirst * kFirst, worst = 0;
  for (int64_t i = 0; i < kLevels; ++i) {
    const double from = static_cast<double>(i) / kLevels, to = static_cast<double>(i + 1) / kLevels;
    x = step(trajectory, x, from, to);
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
  return {worst, AtMost{4.5},
          "data N(0.7, 0.25), 8 noise levels from 3 to 0.05, 4 steps per level, 2e5 chains; value: largest "
          "|z| of 16 means and variances; false-alarm rate 1.1e-4"};
}

using UnetFn = Tensor (*)(const Unet& net, const Tensor& x, const Tensor& t);

// Moves every weight away from 0, because some layers start at 0.
RowResult unet_second_order(UnetFn read, const RowContext& context) {
  Rng rng(context.seed, "ledger/unet");
  const Unet net(1, 0, rng, {.channels = 8, .embedding = 8, .dtype = DType::f64});
  for (Tensor values : net.parameters()) {
    const NoGrad quiet;
    values += randn(values.shape(), rng, DType::f64) * 0.1;
  }
  const Tensor x = randn({1, 4, 4, 1}, rng, DType::f64), t = full({1}, 0.4, DType::f64);
  const auto energy = [&](const Tensor& y) { return sum(square(y - read(net, y, t)), {1, 2, 3}) * -0.5; };
  const GradcheckResult found = gradgradcheck(energy, x, {.directions = 6, .name = "unet"});
  return {found.ok ? found.worst_error : NAN, AtMost{1e-6},
          "f64, f = -|x - u(x)|^2 / 2 with a U-Net u of 8 channels on 4 x 4 pixels; value: largest relative "
          "error of the second derivative in x along 6 directions"};
}

}  // namespace

Rows path_rows() {
  return {
      identity(
          {"diffusion.conversions",
           "predictions of noise, denoised data, score and velocity convert into each other",
           "Song et al. 2021; Lipman et al. 2023", 1},
          conversions, {},
          {{"denoised data from the noise that are 1 % too small",
            {.from_noise =
                 [](auto& said, auto& x, auto& at) {
                   const Prediction exact = prediction_from_noise(said, x, at);
                   return Prediction{exact.denoised * 0.99, exact.noise};
                 }}},
           {"denoised data from the velocity that are 1 % too small",
            {.from_velocity =
                 [](auto& said, auto& x, auto& at) {
                   const Prediction exact = prediction_from_velocity(said, x, at);
                   return Prediction{exact.denoised * 0.99, exact.noise};
                 }}},
           {"a score of the wrong sign",
            {.from_score = [](auto& said, auto& x,
                              auto& at) { return prediction_from_score(-said, x, at); }}},
           {"denoised data of another x",
            {.from_denoised = [](auto& said, auto& x,
                                 auto& at) { return prediction_from_denoised(said, x * 0.99, at); }}},
           {"a score that is not divided by the noise",
            {.to_score = [](auto& prediction, auto& at) { return score_of(prediction, at) * at.noise; }}},
           {"a velocity without its noise",
            {.to_velocity = [](auto& prediction,
                               auto& at) { return prediction.denoised * at.data_slope; }}}}),
      identity(
          {"ddpm.score_equivalence",
           "predicting the noise of standard deviation b is denoising score matching with the weight b^2",
           "Vincent 2011; Ho et al. 2020, section 3.2", 1},
          score_equivalence, [](auto& at) { return at.noise * at.noise; },
          {{"a weight of b instead of b^2", [](auto& at) { return at.noise; }}}),
      identity(
          {"ddpm.ddim_deterministic", "DDIM samples are a deterministic function of their starting points",
           "Song, Meng & Ermon 2021", 1},
          ddim_deterministic, ddim_step, {{"ancestral steps, which draw noise", ancestral_step}}),
      identity({"ddpm.flow_likelihood_gaussian",
                "the probability flow of the cosine path gives the exact density of Gaussian data",
                "Song et al. 2021, section 4.3", 1},
               flow_likelihood,
               [](VelocityFn v, auto& x) {
                 return flow_log_density(v, x, {.steps = 96, .noise = cosine_path()(0).noise});
               },
               {{"noise at the start that is 10 % wider",
                 [](VelocityFn v, auto& x) { return flow_log_density(v, x, {.steps = 96, .noise = 1.1}); }},
                {"1 % of log p left out",
                 [](VelocityFn v, auto& x) { return flow_log_density(v, x, {.steps = 96}) * 0.99; }}}),
      identity({"ncsn.step_conventions",
                "Langevin steps with eta and sqrt(2 eta), and with alpha/2 and sqrt(alpha), agree for alpha "
                "= 2 eta",
                "Song & Ermon 2019, algorithm 1", 1},
               step_conventions, langevin_step,
               {{"steps of twice the size",
                 [](auto& trajectory, auto& x, double from, double to) {
                   return langevin_step({trajectory.path,
                                         trajectory.predict,
                                         trajectory.rng,
                                         {trajectory.level.repeats, trajectory.level.step * 2}},
                                        x, from, to);
                 }}}),
      identity(
          {"ncsn.gaussian_levels",
           "annealed Langevin chains with a Gaussian's exact score have the moments that their steps imply",
           "Song & Ermon 2020, proposition 3", 2},
          gaussian_levels, langevin_step,
          {{"ancestral steps instead", ancestral_step},
           {"a drift that is 2 % too small",
            [](auto& trajectory, auto& x, double from, double to) {
              const auto predict = [&](auto& y, double t) {
                Prediction prediction = trajectory.predict(y, t);
                prediction.noise = prediction.noise * 0.98;
                return prediction;
              };
              return langevin_step({trajectory.path, predict, trajectory.rng, trajectory.level}, x, from, to);
            }}}),
      identity({"unet.second_order",
                "the U-Net's second derivative in x equals finite differences within the tolerance",
                "chain rule", 5},
               unet_second_order, [](auto& net, auto& x, auto& t) { return net(x, t); },
               {{"1 % of the output treated as a constant", [](auto& net, auto& x, auto& t) {
                   const Tensor u = net(x, t);
                   return u * 0.99 + u.detach() * 0.01;
                 }}})};
}

namespace {

/// Points x_t between noise and data, and their velocities.
using PathsBetween = PathPoints (*)(const Tensor& noise, const Tensor& data, const Tensor& t);

/// Returns the largest |z| over several t of E[(x_1 - x_0 - u) x_t^k], k = 0, 1, 2, which is 0 for data N(m,
/// s^2) if u(x,t) = m + (t s^2 - (1-t)) / ((1-t)^2 + t^2 s^2) (x - t m).
RowResult gaussian_velocity(PathsBetween paths, const RowContext& context) {
  constexpr int64_t kCount = 1'000'000;
  constexpr double kMean = 1.5, kStd = 0.5;
  Rng rng(context.seed, "ledger/flow");
  double worst = 0;
  for (const double t : {0.2, 0.5, 0.9}) {
    const Tensor noise = randn({kCount, 1}, rng, DType::f64);
    const Tensor data = randn({kCount, 1}, rng, DType::f64) * kStd + kMean;
    const PathPoints at = paths(noise, data, full({kCount}, t, DType::f64));
    const double slope = (t * kStd * kStd - (1 - t)) / ((1 - t) * (1 - t) + t * t * kStd * kStd);
    const Tensor residual = at.velocity - ((at.x - t * kMean) * slope + kMean);
    for (const double power : {0.0, 1.0, 2.0}) {
      const Tensor weighted = power == 0 ? residual : residual * pow(at.x, power);
      worst = std::max(worst, std::abs(z_score(weighted, 0)));
    }
  }
  return {worst, AtMost{4.5},
          "data N(1.5, 0.25), t = 0.2, 0.5, 0.9, 1e6 paths each; value: largest |z| of 9 moments of the "
          "residual; false-alarm rate 6e-5"};
}

PathPoints straight(const Tensor& noise, const Tensor& data, const Tensor& t) {
  return points_on(straight_path(), noise, data, t);
}

/// x (B, d) -> log p (B) at the end of the flow of u.
using FlowLogDensity = Tensor (*)(VelocityFn u, const Tensor& x);
Tensor log_density_by_divergence(VelocityFn u, const Tensor& x) { return flow_log_density(u, x); }

// The brief measurement uses a velocity in closed form. The other one uses an untrained perceptron with twice
// its output, which deforms space as much as a trained network.
RowResult density_normalised(FlowLogDensity log_density, const RowContext& context) {
  Rng rng(context.seed, "ledger/flow-density");
  const Mlp net({3, 48, 48, 2}, rng, {.activation = "silu", .linear = {.dtype = DType::f64}});
  const auto u = [&](const Tensor& x, double t) {
    return net.forward(concat(x, full({x.dim(0), 1}, t, DType::f64), 1)) * 2.0;
  };
  const auto written_down = [](const Tensor& x, double t) { return x * (0.5 * t) + sin(x) * 0.5; };
  const auto log_prob = [&](const Tensor& x) {
    return context.brief ? log_density(written_down, x) : log_density(u, x);
  };
  return {log_integral_error(Grid({{-8, -8}, {8, 8}}, 128), log_prob), AtMost{1e-4},
          "f64, twice the output of an untrained perceptron 3-48-48-2 with SiLU, 128 x 128 cells over "
          "[-8,8]^2; value: |log Z|"};
}

}  // namespace

Rows flow_matching_rows() {
  return {identity({"flow_matching.gaussian_velocity",
                    "the mean velocity of straight paths from N(0,1) to Gaussian data equals its closed form",
                    "Lipman et al. 2023, theorem 3", 1},
                   gaussian_velocity, straight,
                   {{"a velocity that is 1 % too small",
                     [](auto& noise, auto& data, auto& t) {
                       const PathPoints paths = straight(noise, data, t);
                       return PathPoints{paths.x, paths.velocity * 0.99};
                     }},
                    {"paths from the data to the noise",
                     [](auto& noise, auto& data, auto& t) { return straight(data, noise, t); }}}),
          identity({"flow_matching.density_normalised",
                    "the density from the divergence along a flow integrates to 1 for every velocity",
                    "Chen et al. 2018, eq. 8", 5},
                   density_normalised, log_density_by_divergence,
                   {{"1 % of log p left out",
                     [](VelocityFn v, auto& x) { return flow_log_density(v, x) * 0.99; }}})};
}

}  // namespace gradzoo
