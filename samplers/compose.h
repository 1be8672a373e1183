#pragma once

#include <array>
#include <span>

#include "samplers/target.h"

namespace gradzoo {

/// The product of densities, up to its constant: the sum of their log-densities, or of their scores where one
/// of them has no log-density (Hinton 2002, "products of experts"; Du, Li & Mordatch 2020). It lies where all
/// of their domains do. Where the k factors share a noise t the product has t/sqrt(k), which is what it is of
/// equal Gaussians, and else none. Throws Error where there is no
/// factor, one is empty, or some are of zeros and ones and others not.
Target product_of_all(std::span<const Target> factors);
/// The same of two.
inline Target product_of(const Target& a, const Target& b) { return product_of_all(std::array{a, b}); }

}  // namespace gradzoo
