#pragma once

#include <cstdint>

#include "autograd/kernels/threads/parallel.h"

/// Special functions of one number, with PyTorch's values at the poles; they never throw and share no state.
namespace gradzoo::kernels::special {

/// log |Gamma(x)|; +inf at 0, -1, -2, ..., +inf and -inf.
double lgamma(double x);
/// Gamma'(x) / Gamma(x); -inf at +0, +inf at -0, NaN at -1, -2, ...
double digamma(double x);
/// The m-th derivative of digamma, m >= 0. At the poles: +inf for odd m; for even m -inf at 0 and NaN at
/// negative integers, where the two sides differ. 0 at +inf (m >= 1).
double polygamma(int m, double x);

/// y[i] = f(x[i]), one at a time in double, for functions of 20 ns and more. T is float or double.
template <class T, class F>
void each(F f, const T* x, T* y, int64_t n) {
  constexpr int64_t kGrain = 128, kAlign = 64;
  parallel_for(n, kGrain, kAlign, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = static_cast<T>(f(static_cast<double>(x[i])));
  });
}

}  // namespace gradzoo::kernels::special
