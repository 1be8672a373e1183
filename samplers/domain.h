#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// Whether chains can leave it.
bool is_bounded(const Domain& domain);

/// Folds every number of x (B, d) into the domain, in place, as a mirror at each end would; what crossed an
/// odd number of mirrors has its velocity (of x's shape; empty: none) turned round. A coordinate that moves
/// at a constant velocity keeps doing so: the map is its own inverse under reversal and keeps volume. NaN
/// stays NaN.
void reflect(const Domain& domain, Tensor& x, Tensor* velocity = nullptr);

/// Throws Error, naming the first chain, where x (B, d) is not made of 0 and 1 though the target is binary,
/// or lies outside its domain.
void check_inside(std::string_view sampler, const Target& target, const Tensor& x);

}  // namespace gradzoo
