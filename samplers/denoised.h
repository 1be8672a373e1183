#pragma once

#include <functional>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Removes noise N(0, sigma^2 I) with a target's score or log-density: noisy (n, d) -> (n, d).
/// - A target with scores at every noise level: E[x | noisy], by Tweedie's formula. Throws Error for a sigma
///   above Target::noise_range. Below the range's least t it is as at t in the next case.
/// - A target of data with noise t (Target::data_noise), with Tweedie's D(x) = x + t^2 s(x). At sigma = t
///   D(noisy), the mean again. Above, D(x) of the most probable x between, which maximises
///     log p(x) - |x - noisy|^2 / (2 (sigma^2 - t^2))
///   and is found by x <- a D(x) + (1 - a) noisy, a = 1 - t^2/sigma^2 (Romano, Elad & Milanfar 2017, eq. 37),
///   ascent that never overshoots since grad s >= -1/t^2. Below, the mean of D over draws of the noise that
///   is missing.
/// - One without noise: the most probable x in the target's domain, t = 0, by ascent with a step of its own
///   for every row, or a fixed one where there is no log-density.
/// For a Gaussian each of these is the conditional mean, except the case sigma below t, which is as good as
/// that at t. Throws Error if the target has none of these, if a row cannot move because its density is 0 or
/// NaN even at the nearest point of the domain, and if a value becomes infinite or NaN. `done` receives the
/// share of a long ascent that is done.
Tensor denoised(const Target& target, const Tensor& noisy, double sigma, Rng& rng,
                const std::function<void(double)>& done = {});

/// Whether a target has what denoised() needs.
bool can_denoise(const Target& target);

}  // namespace gradzoo
