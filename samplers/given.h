#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// x (B, d) with `values` (B, d) where `known` (d) is 1; it is 0 elsewhere.
Tensor completed(const Tensor& x, const Tensor& values, const Tensor& known);

/// The law of x given some of its numbers: `values` (B, d) where `known` (d) is 1. It reads a chain's other
/// numbers alone: the known ones of x drift about unread, and are `values` whatever x says. Of a density of
/// noisy data give noisy values. Throws Error where shapes do not fit.
Target given(const Target& target, const Tensor& values, const Tensor& known);

}  // namespace gradzoo
