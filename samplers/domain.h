#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// Whether the domain is bounded, so that chains could leave it.
bool is_bounded(const Domain& domain);

/// Reflects every coordinate of x (B, d) at the ends of the domain, in place. A coordinate with an odd number
/// of reflections gets its velocity reversed (velocity has x's shape; empty: none). A coordinate that moves
/// at a constant velocity keeps doing so: the map is its own inverse under reversal and keeps volume. NaN
/// stays NaN.
void reflect(const Domain& domain, Tensor& x, Tensor* velocity = nullptr);

/// Throws Error, naming the first chain, if the target is binary and x (B, d) is not, or if x lies outside
/// its domain.
void check_inside(std::string_view sampler, const Target& target, const Tensor& x);

}  // namespace gradzoo
