#pragma once

#include "autograd/check/drawn_case.h"

/// Checks that an op is what it declares: forward rules rely on its kind, slopes and lifting, and checks rely
/// on its smoothness. A failed check throws OpFailure.
namespace gradzoo::detail {

/// Checks the kind: a linear op is linear in all operands together, a bilinear op in each of its first two (a
/// third one is added), and the Jacobian of an elementwise op is diagonal.
void check_kind(const DrawnCase& c);

/// Checks that `slopes` returns f' and f'', recorded.
void check_slopes(const DrawnCase& c);

/// Checks that the gradient and Laplacian carried forward through the op equal those of sweeps, for every
/// choice of operands that depend on x: kind, slopes and `lifted` then hold for operands with one more axis.
void check_forward_rules(const DrawnCase& c);

/// Checks, along paths through the sample domain, that the derivatives up to the order declared by
/// `smoothness` (at most 2) have no jump: each derivative changes by the integral of the next one.
void check_smoothness(const DrawnCase& c);

}  // namespace gradzoo::detail
