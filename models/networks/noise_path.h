#pragma once

#include <functional>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/base/options.h"

/// How noise is mixed into data, and how one learned prediction converts to all others. Flow matching,
/// diffusion and noise-conditional scores share it.
///
/// Solvers from noise to data along a path, by any learned prediction.
namespace gradzoo {

/// The factors of x_t = data * x_1 + noise * eps at a time, and their derivatives in t.
struct Mixing {
  double data, noise;              ///< of x_1, and of eps
  double data_slope, noise_slope;  ///< their derivatives in t
};

/// Paths go from noise at t = 0 to data at t = 1; those below throw Error outside [0, 1].
using NoisePath = std::function<Mixing(double t)>;

/// x_t = t x_1 + (1 - t) eps (Lipman et al. 2023; Liu et al. 2023).
NoisePath straight_path();
/// x_t = sin(u) x_1 + cos(u) eps, so that a variance of 1 stays 1 (Nichol & Dhariwal 2021, eq. 17 in
/// continuous time); u grows linearly from 0.04, where the data have a factor of 1/25, to where the noise has
/// a factor of 0.004.
NoisePath cosine_path();
/// x_t = x_1 + sigma_t eps, sigma_t = first^(1-t) last^t (Song & Ermon 2019). Throws Error unless first >
/// last > 0.
NoisePath geometric_path(double first, double last);

/// The factors at times t (B), each (B, 1) of t's dtype.
struct MixingColumns {
  Tensor data, noise, data_slope, noise_slope;  ///< (B, 1) each
};
/// Throws Error for a time outside [0, 1].
MixingColumns mixing_columns(const NoisePath& path, const Tensor& t);

/// x_t from noise to data, both (B, numbers), at times t (B), and its velocity dx_t/dt.
struct PathPoints {
  Tensor x, velocity;  ///< (B, numbers) each
};
/// Throws Error for a time outside [0, 1].
PathPoints points_on(const NoisePath& path, const Tensor& noise, const Tensor& data, const Tensor& t);

/// One time in each of n equal parts of [0, 1], in a random order; through a window its rows of the whole
/// batch's times.
Tensor stratified_times(int64_t n, Rng& rng);

/// The two conditional means from which every prediction follows; they satisfy a x_1 + b eps = x_t.
struct Prediction {
  Tensor denoised;  ///< E[x_1 | x_t]
  Tensor noise;     ///< E[eps | x_t]
};
/// From the noise prediction, by E[x_1|x_t] = (x_t - b E[eps|x_t]) / a:
Prediction prediction_from_noise(const Tensor& noise, const Tensor& x, const Mixing& at);
/// From E[x_1|x_t], by E[eps|x_t] = (x_t - a E[x_1|x_t]) / b.
Prediction prediction_from_denoised(const Tensor& denoised, const Tensor& x, const Mixing& at);
/// s = -E[eps|x_t] / b (Vincent 2011).
Prediction prediction_from_score(const Tensor& score, const Tensor& x, const Mixing& at);
/// v = a' E[x_1|x_t] + b' E[eps|x_t], solved with x_t for both.
Prediction prediction_from_velocity(const Tensor& velocity, const Tensor& x, const Mixing& at);
/// And back.
Tensor score_of(const Prediction& prediction, const Mixing& at);
Tensor velocity_of(const Prediction& prediction, const Mixing& at);  ///< v = a' E[x_1|x_t] + b' E[eps|x_t]

/// The conditional means at rows x (B, d) and a time.
using PredictAt = FunctionRef<Prediction(const Tensor& x, double t)>;

/// Langevin steps at a level: x' = x + e sigma^2 s + sqrt(2 e) sigma z, repeated (Song & Ermon 2019).
struct LevelOptions {
  int64_t repeats = 5;  ///< Langevin steps at a level
  double step = 0.1;    ///< e: the step is so many times the level's variance
};

/// What a step along a path needs; what it refers to must outlive it.
struct Trajectory {
  const NoisePath& path;                  ///< its mixing at every time
  PredictAt predict;                      ///< the model's conditional means
  Rng& rng;                               ///< of the noise that steps add
  LevelOptions level = {};                ///< for langevin_step alone
  std::function<void(double)> done = {};  ///< receives the share that is done
};

/// Takes rows x (B, d) from one time to a later one.
using PathStep = Tensor (*)(const Trajectory& trajectory, const Tensor& x, double from, double to);

/// Euler's step of dx/dt = v(x, t), the probability flow (Song et al. 2021, eq. 13).
Tensor euler_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// Heun's step, of second order: two network evaluations.
Tensor heun_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// x' = a' E[x_1|x] + b' E[eps|x]: exact if both means are constant (Song, Meng & Ermon 2021, eq. 12 with eta
/// = 0).
Tensor ddim_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// The posterior of x' given x and x_1 = E[x_1|x] (Ho et al. 2020, eqs. 6-7; eq. 12 above with eta = 1).
Tensor ancestral_step(const Trajectory& trajectory, const Tensor& x, double from, double to);
/// Langevin steps at the level of `from`, which is then called that of `to` (Song & Ermon 2019, algorithm 1),
/// in the coordinates x_1 + sigma eps. At pure noise, ddim's step.
Tensor langevin_step(const Trajectory& trajectory, const Tensor& x, double from, double to);

/// The steps by their names in options.
inline constexpr Choice<PathStep> kSolvers[] = {{"euler", euler_step},
                                                {"heun", heun_step},
                                                {"ddim", ddim_step},
                                                {"ancestral", ancestral_step},
                                                {"langevin", langevin_step}};

/// From noise x (B, d), N(0, b(0)^2), to data, in equal steps of time. If noise is left at the end, an x0
/// prediction removes it: the noise of t = 1, or of the last level that Langevin steps visited. Nothing is
/// recorded.
Tensor follow_path(const Trajectory& trajectory, PathStep step, Tensor x, int64_t steps);

/// The numbers of rows that are believed.
struct KnownNumbers {
  Tensor values;  ///< (B, d)
  Tensor known;   ///< (d): 1 where the values are believed, else 0
};
/// From noise x to data like follow_path, with the known numbers put back on their paths before each step.
/// The network alone connects the others with them, so each step is taken `repeats` times, going back by
/// fresh noise in between (Lugmayr et al. 2022, "RePaint"); Langevin steps stay at their level and need not
/// go back.
Tensor complete_path(const Trajectory& trajectory, PathStep step, Tensor x, const KnownNumbers& given,
                     int64_t steps, int64_t repeats);

/// The time in [0, 1] at which the path's noise over its data is sigma, in the path's units; 0 or 1 beyond
/// its ends.
double time_of_noise(const NoisePath& path, double sigma);

/// Adds noise to x_to to give a new x_from (the noisier): r x_to + n z (Lugmayr et al. 2022, "RePaint").
Tensor noise_back(const NoisePath& path, const Tensor& x, double from, double to, Rng& rng);

/// u(x, t): x (B, d) -> (B, d).
using VelocityFn = FunctionRef<Tensor(const Tensor& x, double t)>;

/// How a density is integrated along a flow.
struct FlowDensityOptions {
  int64_t steps = 24;            ///< from data to noise
  double noise = 1;              ///< standard deviation of the density at t = 0
  TraceOptions divergence = {};  ///< exact unless it says otherwise
};

/// log p_1(x) of points x (B, d) under the flow of u that carries N(0, noise^2 I) from t = 0 to 1: (B). Along
/// a path
///   d log p_t / dt = -div u(x_t, t)   (Chen et al. 2018, eq. 8),
/// so it is log N(x_0; 0, noise^2 I) minus the integral, both computed backwards from t = 1 by `steps`
/// Runge-Kutta steps of fourth order. Nothing is recorded.
Tensor flow_log_density(VelocityFn u, const Tensor& x, const FlowDensityOptions& options = {});

}  // namespace gradzoo
