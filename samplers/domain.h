#pragma once

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Whether the domain is bounded, so that chains could leave it.
bool is_bounded(const Domain& domain);

/// Reflects every coordinate of x (B, d) at the ends of the domain, in place. A coordinate with an odd number
/// of reflections gets its velocity reversed (velocity has x's shape; empty: none). A coordinate that moves
/// at a constant velocity keeps doing so: the map is its own inverse under reversal and keeps volume. NaN
/// stays NaN.
void reflect(const Domain& domain, Tensor& x, Tensor* velocity = nullptr);

/// The target's extent in d dimensions, within its domain: low and high (d). Throws Error where it has none,
/// where its ends are neither d numbers nor one, and where no number lies between them.
Extent extent_of(const Target& target, int64_t d);

/// The first row of (B) or (B, d) with a number that is `bad`; -1 if there is none, or no tensor.
int64_t first_row_with(const Tensor& values, bool (*bad)(double));
/// Throws Error if x, log p or the score of a chain at its start is `bad`, which is then said not to be
/// `wanted`.
void check_start(std::string_view sampler, const Tensor& x, const PointValue& value, std::string_view wanted,
                 bool (*bad)(double));

/// Throws Error if the domain has no width in x's dtype and, naming the first chain, if the target is binary
/// and x (B, d) is not, or if x lies outside its domain.
void check_inside(std::string_view sampler, const Target& target, const Tensor& x);

}  // namespace gradzoo
