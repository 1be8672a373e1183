#pragma once

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Returns x (B, d) with `values` (B, d) in the coordinates where `known` (d) is 1; `known` is 0 elsewhere.
Tensor completed(const Tensor& x, const Tensor& values, const Tensor& known);

/// Returns the conditional distribution of x given some coordinates: `values` (B, d) where `known` (d) is 1.
/// Only the other coordinates of a chain are read. For a density of noisy data pass noisy values. Throws
/// Error if shapes do not match.
Target given(const Target& target, const Tensor& values, const Tensor& known);

}  // namespace gradzoo
