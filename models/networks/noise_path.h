#pragma once

#include <functional>

#include "autograd/random.h"
#include "autograd/tensor.h"

/// How noise is mixed into data, and how one learned prediction converts to all others. Flow matching,
/// diffusion and noise-conditional scores share it.
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

}  // namespace gradzoo
