#pragma once

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Returns true if the domain is bounded, so that chains could leave it.
bool is_bounded(const Domain& domain);

/// Reflects every coordinate of x (B, d) at the ends of the domain, in place. An odd number of reflections
/// reverses the coordinate's velocity (velocity has x's shape; null: none). The map is its own inverse under
/// reversal and keeps volume. NaN stays NaN.
void reflect(const Domain& domain, Tensor& x, Tensor* velocity = nullptr);

/// Returns the target's extent in d dimensions, within its domain: low and high (d). Throws Error if it has
/// none, if its ends are neither d numbers nor one, or if the extent is empty.
Extent extent_of(const Target& target, int64_t d);

/// Returns the first row of (B) or (B, d) with a number that is `bad`, or -1 if there is no such number.
int64_t first_row_with(const Tensor& values, bool (*bad)(double));
/// Throws Error if x, log p or the score of a chain is `bad` at its start; the message says that it is not
/// `wanted`.
void check_start(std::string_view sampler, const Tensor& x, const PointValue& value, std::string_view wanted,
                 bool (*bad)(double));

/// Throws Error if the domain has no width in x's dtype, if the target is binary and x (B, d) is not, or if x
/// is outside the domain. The message names the first such chain.
void check_inside(std::string_view sampler, const Target& target, const Tensor& x);

}  // namespace gradzoo
