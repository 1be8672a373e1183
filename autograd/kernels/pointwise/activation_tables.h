#pragma once

#include "autograd/kernels/pointwise/elementwise.h"

namespace gradzoo::kernels {

/// The Eulerian numbers A(n,k) with signs: row n, column k < n is (-1)^k A(n,k), where A(n,k) = (n-k)
/// A(n-1,k-1) + (k+1) A(n-1,k), A(1,0) = 1. The polynomial of an even n is 0 at p = q, where its terms are
/// largest: such a row is divided by q - p, whose digits are all right.
struct SignedEulerian {
  double row[kMaxActivationOrder + 1][kMaxActivationOrder] = {};

  constexpr SignedEulerian() {
    row[1][0] = 1;
    for (int n = 2; n <= kMaxActivationOrder; ++n) {
      for (int k = 0; k < n; ++k) {
        const double left = k > 0 ? -row[n - 1][k - 1] : 0;
        row[n][k] = (n - k) * left + (k + 1) * row[n - 1][k];
      }
    }
    for (int n = 2; n <= kMaxActivationOrder; n += 2) {
      for (int k = 1; k < n; ++k) row[n][k] += row[n][k - 1];
    }
  }
};
inline constexpr SignedEulerian kSignedEulerian;

}  // namespace gradzoo::kernels
