#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// The product of two densities, up to its constant: the sum of their log-densities, or of their scores where
/// one of them has no log-density (Hinton 2002, "products of experts"; Du, Li & Mordatch 2020). Throws Error
/// where either is empty.
Target product_of(const Target& a, const Target& b);

}  // namespace gradzoo
