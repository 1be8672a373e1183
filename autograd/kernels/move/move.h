#pragma once

#include <cstdint>

/// Data movement for elements of 1, 4 or 8 bytes (T = uint8_t, float, double, int64_t).
namespace gradzoo::kernels {

/// Copies bytes on all threads.
void copy_bytes(const void* from, void* to, int64_t bytes);

/// y (contiguous, shape dims) [i...] = x[sum_k i_k stride_k], with strides in elements, possibly 0 or
/// negative. Transposes of two axes are blocked.
template <class T>
void strided_copy(const T* x, T* y, int rank, const int64_t* dims, const int64_t* strides);

/// y[sum_k i_k stride_k] = x (contiguous)[i...]: the transpose of a slice or a pad.
template <class T>
void strided_store(const T* x, T* y, int rank, const int64_t* dims, const int64_t* strides);

/// y[o,j,i] = x[o, index[o,j,i], i] for views x (outer, n, inner), index (outer, m, inner). The caller has
/// checked the indices.
template <class T>
void gather(const T* x, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner);
/// y (outer, n, inner) += src (outer, m, inner) at index, in index order, and in double if there are many.
template <class T>
void scatter_add(const T* src, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m,
                 int64_t inner);
/// y (outer, m, inner)[o,j,:] = x (outer, n, inner)[o, index[j], :].
template <class T>
void index_select(const T* x, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner);
/// y (outer, n, inner)[o, index[j], :] += src (outer, m, inner)[o,j,:], as scatter_add does.
template <class T>
void index_add(const T* src, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner);
/// True if all of index lies in [0, n).
bool indices_valid(const int64_t* index, int64_t count, int64_t n);

}  // namespace gradzoo::kernels
