#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// What a factorisation says of a matrix: 0 where it has one, kNotFinite, or the number of the first pivot,
/// from 1, that it cannot go on from.
inline constexpr int kNotFinite = -1;

/// L, lower triangular with L L' = (A + A') / 2, of each of `batch` matrices a (n,n). By LAPACK. status
/// (batch).
template <class T>
void cholesky(int64_t batch, int64_t n, const T* a, T* l, int* status);

}  // namespace gradzoo::kernels
