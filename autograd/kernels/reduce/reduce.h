#pragma once

#include <cstdint>

#include "autograd/kernels/functions.h"

/// Reductions over the middle axis of a contiguous (outer, n, inner) view. The partial results of fixed
/// blocks are combined in index order, so results are bit-identical for every thread count.
namespace gradzoo::kernels {

/// y (outer, inner) = reduce over n of x (outer, n, inner). An empty sum is 0; max and min need n > 0. NaN
/// propagates.
template <class T>
void reduce(Reduce op, const T* x, T* y, int64_t outer, int64_t n, int64_t inner);

/// y (outer, inner) = log sum_n exp x. A line of only -inf gives -inf, a line with +inf gives +inf, and an
/// empty line gives -inf.
template <class T>
void logsumexp(const T* x, T* y, int64_t outer, int64_t n, int64_t inner);

/// y (outer, n, inner) = exp(x - logsumexp(x)); a line of only -inf gives zeros.
template <class T>
void softmax(const T* x, T* y, int64_t outer, int64_t n, int64_t inner);
/// y (outer, n, inner) = x - logsumexp(x).
template <class T>
void log_softmax(const T* x, T* y, int64_t outer, int64_t n, int64_t inner);

/// y (outer, inner): the first index of the largest x; NaN counts as the largest. n > 0.
template <class T>
void argmax(const T* x, int64_t* y, int64_t outer, int64_t n, int64_t inner);

/// y (outer, n, inner) = running sum along n (from the end if `reverse`).
template <class T>
void cumsum(const T* x, T* y, int64_t outer, int64_t n, int64_t inner, bool reverse);

/// Returns the sum of squares of floats or doubles, computed in double: for gradient norms.
template <class T>
double sum_squares(const T* x, int64_t n);

}  // namespace gradzoo::kernels
