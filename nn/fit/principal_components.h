#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// The principal components of rows: the directions with the largest variances (Pearson 1901; Hotelling
/// 1933).
struct PrincipalComponents {
  Tensor mean;        ///< (d) f64
  Tensor directions;  ///< (k, d) f64, orthonormal, by falling variance
  Tensor variances;   ///< (k)
  /// Returns the coordinates of x (n, d): (n, k) f64.
  Tensor project(const Tensor& x) const;
};

/// Returns the first k components of rows x (n, d) from subspace iteration with random initial directions
/// (Golub & Van Loan 2013, section 8.2.4). Directions are exact if their variance is a few percent above the
/// (k+1)-th; among directions of nearly equal variance only their subspace is accurate. Throws Error if x has
/// no rows or is not finite, or if k is not in 1..d.
PrincipalComponents principal_components(const Tensor& x, int64_t k, Rng& rng);

}  // namespace gradzoo
