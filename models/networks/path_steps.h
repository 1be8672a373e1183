#pragma once

#include <functional>

#include "base/function_ref.h"
#include "base/options.h"
#include "models/networks/noise_path.h"

/// Solvers from noise to data along a path, by any learned prediction.
namespace gradzoo {

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
/// prediction removes it. Nothing is recorded.
Tensor follow_path(const Trajectory& trajectory, PathStep step, Tensor x, int64_t steps);

/// Adds noise to x_to to give a new x_from (the noisier): r x_to + n z (Lugmayr et al. 2022, "RePaint").
Tensor noise_back(const NoisePath& path, const Tensor& x, double from, double to, Rng& rng);

}  // namespace gradzoo
