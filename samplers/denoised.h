#pragma once

#include <functional>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Removes noise N(0, sigma^2 I) with a target's score or log-density: noisy (n, d) -> (n, d). There are
/// three cases:
/// - Target with scores at every noise level: the result is E[x | noisy], from Tweedie's formula. If sigma is
/// below the
///   smallest level t of Target::noise_range, the next case applies with this t. Throws Error if sigma is
///   above the range.
/// - Target of data with noise t (Target::data_noise), with Tweedie's D(x) = x + t^2 s(x). If sigma = t, the
/// result is
///   the mean D(noisy). If sigma is above t, it is D(x) of the most probable x, which maximises
///     log p(x) - |x - noisy|^2 / (2 (sigma^2 - t^2)).
///   The ascent x <- a D(x) + (1 - a) noisy, a = 1 - t^2/sigma^2 (Romano, Elad & Milanfar 2017, eq. 37),
///   never overshoots because grad s >= -1/t^2. If sigma is below t, it is the mean of D over draws of the
///   missing noise.
/// - Target without noise (t = 0): the result is the most probable x in the target's domain, from an ascent
/// with one
///   step size per row, or a fixed step size without a log-density.
/// For a Gaussian the result is the conditional mean, except for sigma below t, where its error is the same
/// as at t. Throws Error if the target fits no case, if a row cannot move because its density is 0 or NaN
/// even at the nearest point of the domain, or if a value becomes infinite or NaN. `done` receives the
/// completed share of a long ascent.
Tensor denoised(const Target& target, const Tensor& noisy, double sigma, Rng& rng,
                const std::function<void(double)>& done = {});

/// Returns true if denoised() accepts the target.
bool can_denoise(const Target& target);

}  // namespace gradzoo
