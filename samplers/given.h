#pragma once

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// x (B, d) with `values` (B, d) where `known` (d) is 1; it is 0 elsewhere.
Tensor completed(const Tensor& x, const Tensor& values, const Tensor& known);

/// The conditional distribution of x given some coordinates: `values` (B, d) where `known` (d) is 1. It reads
/// only the other coordinates of a chain; the known ones always count as `values`, whatever they are in x.
/// For a density of noisy data give noisy values. Throws Error where shapes do not fit.
Target given(const Target& target, const Tensor& values, const Tensor& known);

}  // namespace gradzoo
