#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// The directions in which rows vary most (Pearson 1901; Hotelling 1933).
struct PrincipalComponents {
  Tensor mean;        ///< (d) f64
  Tensor directions;  ///< (k, d) f64, orthonormal, by falling variance
  Tensor variances;   ///< (k)

  /// The coordinates of x (n, d): (n, k) f64.
  Tensor project(const Tensor& x) const;
};

/// The first k of rows x (n, d), by subspace iteration from random directions (Golub & Van Loan 2013, section
/// 8.2.4): as many rounds as make directions exact whose variance is a few percent above the (k+1)-th; the
/// space of those that vary alike is all that is wanted. Throws Error where there are no rows, k is not in
/// 1..d, or x is not finite.
PrincipalComponents principal_components(const Tensor& x, int64_t k, Rng& rng);

}  // namespace gradzoo
