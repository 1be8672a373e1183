#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// Of each of `batch` matrices b (n,m) the X with T X = b, or T' X = b, in its place: T is the upper or lower
/// triangle of the matrix t[which[i]] (n,n), whose other half is not read.
template <class T>
void triangular_solve(int64_t batch, int64_t n, int64_t m, bool upper, bool transpose, const T* t,
                      const int64_t* which, T* b);

}  // namespace gradzoo::kernels
