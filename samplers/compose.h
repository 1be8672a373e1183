#pragma once

#include <array>
#include <span>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Returns the product of densities, up to its constant: the sum of their log-densities, or of their scores
/// if one of them has no log-density (Hinton 2002, "products of experts"; Du, Li & Mordatch 2020). Its domain
/// is the intersection of the factors' domains. If the k factors have the same data noise t, the product's is
/// t/sqrt(k), as for equal Gaussians; otherwise it has none. Throws Error if the list or a factor is empty,
/// or if only some factors are binary.
Target product_of_all(std::span<const Target> factors);
/// Returns the product of two densities.
inline Target product_of(const Target& a, const Target& b) { return product_of_all(std::array{a, b}); }

}  // namespace gradzoo
