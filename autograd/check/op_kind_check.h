#pragma once

#include "autograd/check/drawn_case.h"

/// Whether an op is what it declares: from its kind, slopes and lifting the forward rules are derived, and
/// from its smoothness what may be asked of it. All throw OpFailure.
namespace gradzoo::detail {

/// A linear op is linear in all operands together, a bilinear one in each of its first two (and what its
/// third adds), the Jacobian of an elementwise one is diagonal.
void check_kind(const DrawnCase& c);

/// `slopes` gives f' and f'', recorded.
void check_slopes(const DrawnCase& c);

/// Gradient and Laplacian carried forward through the op, for every choice of operands that depend on x, are
/// those of sweeps: so kind, slopes and `lifted` hold for operands with one more axis in front.
void check_forward_rules(const DrawnCase& c);

/// Along paths through the sample domain, derivatives have no jump up to the order that `smoothness` declares
/// (the second at most): each changes by the integral of the next one.
void check_smoothness(const DrawnCase& c);

}  // namespace gradzoo::detail
