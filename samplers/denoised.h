#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// A guess of what lies under N(0, sigma^2 I), by what a target says of x: noisy (n, d) -> (n, d).
/// - A target with scores at every noise gives E[x | noisy], by Tweedie's formula.
/// - One of data with noise t (Target::data_noise), D(x) = x + t^2 s(x) being Tweedie's of it: at sigma = t
///   D(noisy), the mean again. Above, D(x) of the most probable x between, which maximises
///     log p(x) - |x - noisy|^2 / (2 (sigma^2 - t^2))
///   and is found by x <- a D(x) + (1 - a) noisy, a = 1 - t^2/sigma^2 (Romano, Elad & Milanfar 2017, eq. 37),
///   ascent that never overshoots since grad s >= -1/t^2. Below, the mean of D over draws of the noise that
///   is missing.
/// - One without noise: the most probable x, t = 0, by ascent with a step of its own for every row, or a
///   fixed one where there is no log-density.
/// Of a Gaussian all are the conditional mean but the one below, which is as good as that at t. Throws Error
/// where the target has none of these, and where it leads out of the finite numbers.
Tensor denoised(const Target& target, const Tensor& noisy, double sigma, Rng& rng);

/// Whether a target has what that takes.
bool can_denoise(const Target& target);

}  // namespace gradzoo
