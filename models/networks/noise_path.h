#pragma once

#include <functional>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/base/options.h"

/// Mixtures of noise and data, and conversions between the predictions that a network can learn. Flow
/// matching, diffusion and noise-conditional scores use them.
///
/// Solvers from noise to data along a path, for any learned prediction.
namespace gradzoo {

/// The factors of x_t = data * x_1 + noise * eps at a time t, and their derivatives in t.
struct Mixing {
  double data, noise;              ///< factors of x_1 and of eps
  double data_slope, noise_slope;  ///< derivatives of the factors in t
};

/// A path from noise at t = 0 to data at t = 1. The paths below throw Error outside [0, 1].
using NoisePath = std::function<Mixing(double t)>;

/// Returns x_t = t x_1 + (1 - t) eps (Lipman et al. 2023; Liu et al. 2023).
NoisePath straight_path();
/// Returns x_t = sin(u) x_1 + cos(u) eps, which keeps a variance of 1 (Nichol & Dhariwal 2021, eq. 17 in
/// continuous time). u grows linearly from 0.04, where the data's factor is 1/25, to the point where the
/// noise's factor is 0.004.
NoisePath cosine_path();
/// Returns x_t = x_1 + sigma_t eps, sigma_t = first^(1-t) last^t (Song & Ermon 2019). Throws Error unless
/// first > last > 0.
NoisePath geometric_path(double first, double last);

/// The factors at times t (B), in t's dtype.
struct MixingColumns {
  Tensor data, noise, data_slope, noise_slope;  ///< (B, 1) each
};
/// Throws Error for times outside [0, 1].
MixingColumns mixing_columns(const NoisePath& path, const Tensor& t);

/// x_t between noise and data, both (B, elements), at times t (B), with its velocity dx_t/dt.
struct PathPoints {
  Tensor x, velocity;  ///< (B, elements) each
};
/// Throws Error for times outside [0, 1].
PathPoints points_on(const NoisePath& path, const Tensor& noise, const Tensor& data, const Tensor& t);

/// Draws one time in each of n equal parts of [0, 1], in a random order. A shard gets the rows of its window
/// from the whole batch's times.
Tensor stratified_times(int64_t n, Rng& rng);

/// The two conditional means that determine all predictions; they satisfy a x_1 + b eps = x_t.
struct Prediction {
  Tensor denoised;  ///< E[x_1 | x_t]
  Tensor noise;     ///< E[eps | x_t]
};
/// Converts a noise prediction, using E[x_1|x_t] = (x_t - b E[eps|x_t]) / a.
Prediction prediction_from_noise(const Tensor& noise, const Tensor& x, const Mixing& at);
/// Converts E[x_1|x_t], using E[eps|x_t] = (x_t - a E[x_1|x_t]) / b.
Prediction prediction_from_denoised(const Tensor& denoised, const Tensor& x, const Mixing& at);
/// Converts a score, s = -E[eps|x_t] / b (Vincent 2011).
Prediction prediction_from_score(const Tensor& score, const Tensor& x, const Mixing& at);
/// Converts a velocity, v = a' E[x_1|x_t] + b' E[eps|x_t], solved with x_t for both means.
Prediction prediction_from_velocity(const Tensor& velocity, const Tensor& x, const Mixing& at);
/// Returns the score of a prediction: s = -E[eps|x_t] / b.
Tensor score_of(const Prediction& prediction, const Mixing& at);
Tensor velocity_of(const Prediction& prediction, const Mixing& at);  ///< v = a' E[x_1|x_t] + b' E[eps|x_t]

/// Returns the conditional means at rows x (B, d) and a time.
using PredictAt = FunctionRef<Prediction(const Tensor& x, double t)>;

/// Options of the Langevin steps at a noise level: x_next = x + eta sigma^2 s + sqrt(2 eta) sigma z,
/// repeated (Song & Ermon 2019).
struct LevelOptions {
  int64_t repeats = 5;  ///< Langevin steps per level
  double step = 0.1;    ///< eta: step size divided by the level's variance
};

/// The inputs of a step along a path; referenced objects must outlive it.
struct Trajectory {
  const NoisePath& path;                           ///< path from noise to data
  PredictAt predict;                               ///< model's conditional means
  Rng& rng;                                        ///< random stream of the added noise
  LevelOptions level = {};                         ///< options of langevin_step
  std::function<void(double)> done = {};           ///< progress callback
  std::function<void(const Tensor& x)> seen = {};  ///< callback with x before the first step and after each
};

/// Moves rows x (B, d) from one time to a later one.
using PathStep = Tensor (*)(const Trajectory& trajectory, const Tensor& x, double from, double to);

/// Euler step of dx/dt = v(x, t), the probability flow (Song et al. 2021, eq. 13).
Tensor euler_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// Heun step, of second order, with two network evaluations.
Tensor heun_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// DDIM step x_next = a E[x_1|x] + b E[eps|x], with a and b at time `to`: exact if both means are constant
/// (Song, Meng & Ermon 2021, eq. 12 with eta = 0).
Tensor ddim_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// Draws x_next from its posterior given x and E[x_1|x] (Ho et al. 2020, eqs. 6-7; eq. 12 above, eta = 1).
Tensor ancestral_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// Makes Langevin steps at the noise level of `from`, in the coordinates x_1 + sigma eps, and then continues
/// with the level of `to` (Song & Ermon 2019, algorithm 1). At pure noise it makes a DDIM step.
Tensor langevin_step(const Trajectory& trajectory, const Tensor& x, double from, double to);

/// The solvers, by their names in options.
inline constexpr Choice<PathStep> kSolvers[] = {{"euler", euler_step},
                                                {"heun", heun_step},
                                                {"ddim", ddim_step},
                                                {"ancestral", ancestral_step},
                                                {"langevin", langevin_step}};

/// Moves noise x (B, d), N(0, b(0)^2), to data, in equal steps of time, without recording. If noise remains
/// at the end (at t = 1, or at the last level of Langevin steps), the prediction E[x_1|x] removes it.
Tensor follow_path(const Trajectory& trajectory, PathStep step, Tensor x, int64_t steps);

/// The known elements of rows.
struct KnownNumbers {
  Tensor values;  ///< (B, d)
  Tensor known;   ///< (d): 1 for known values, else 0
};
/// Moves noise x to data like follow_path, but puts the known elements back on their paths before each step.
/// Only the network connects the unknown elements with them. Each step is therefore repeated `repeats`
/// times, with fresh noise to go back in between (Lugmayr et al. 2022, "RePaint"). Langevin steps stay at
/// their level and do not go back.
Tensor complete_path(const Trajectory& trajectory, PathStep step, Tensor x, const KnownNumbers& given,
                     int64_t steps, int64_t repeats);

/// Returns the time in [0, 1] at which the path's ratio noise / data is sigma; 0 or 1 beyond the ends.
double time_of_noise(const NoisePath& path, double sigma);

/// Adds noise to x from `to` back to `from`: r x + n z (Lugmayr et al. 2022, "RePaint").
Tensor noise_back(const NoisePath& path, const Tensor& x, double from, double to, Rng& rng);

/// A velocity field u(x, t): x (B, d) -> (B, d).
using VelocityFn = FunctionRef<Tensor(const Tensor& x, double t)>;

/// The options of the integration of a density along a flow.
struct FlowDensityOptions {
  int64_t steps = 24;            ///< Runge-Kutta steps from data to noise
  double noise = 1;              ///< standard deviation of the density at t = 0
  TraceOptions divergence = {};  ///< options of the divergence; default: exact
};

/// Returns log p_1(x) of points x (B, d) under the flow of u that transports N(0, noise^2 I) from t = 0 to
/// 1: (B). Along a path
///   d log p_t / dt = -div u(x_t, t)   (Chen et al. 2018, eq. 8),
/// so log p_1(x) is log N(x_0; 0, noise^2 I) minus the integral of the divergence, computed backwards from t
/// = 1 with `steps` Runge-Kutta steps of fourth order, without recording.
Tensor flow_log_density(VelocityFn u, const Tensor& x, const FlowDensityOptions& options = {});

}  // namespace gradzoo
