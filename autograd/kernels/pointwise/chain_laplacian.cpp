#include "autograd/kernels/pointwise/chain_laplacian.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/chain_laplacian.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Plain loops over neighbours, which the compiler turns into vectors of each instruction set.
HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// Points [e, e + n) of one copy, n <= kChainSegment; `rows` begins at their place in a row.
template <class T>
void forward_segment(const ChainShape& s, const T* rows, const T* f1, const T* f2, T* y, int64_t e,
                     int64_t n) {
  T square[kChainSegment] = {};
  const T* a = f1 + e;
  for (int64_t k = 0; k < s.directions; ++k) {
    const T* j = rows + k * s.row;
    for (int64_t i = 0; i < n; ++i) square[i] += j[i] * j[i];
    if (!s.keeps_jacobian) continue;
    T* out = y + k * s.points + e;
    for (int64_t i = 0; i < n; ++i) out[i] = a[i] * j[i];
  }
  const T* l = rows + s.directions * s.row;
  T* out = y + (s.keeps_jacobian ? s.directions * s.points : 0) + e;
  for (int64_t i = 0; i < n; ++i) out[i] = a[i] * l[i] + f2[e + i] * square[i];
}

/// d_f1, d_f2, and d_rows where no copies share it (else null), of such a segment.
template <class T>
void backward_segment(const ChainShape& s, const T* rows, const T* f1, const T* f2, const T* g, T* d_rows,
                      T* d_f1, T* d_f2, int64_t e, int64_t n) {
  T square[kChainSegment] = {}, along[kChainSegment] = {}, twice[kChainSegment];
  const T* a = f1 + e;
  const T* last = g + (s.keeps_jacobian ? s.directions * s.points : 0) + e;
  for (int64_t i = 0; i < n; ++i) twice[i] = 2 * f2[e + i] * last[i];
  for (int64_t k = 0; k < s.directions; ++k) {
    const T* j = rows + k * s.row;
    const T* gk = g + k * s.points + e;
    T* d = d_rows == nullptr ? nullptr : d_rows + k * s.row;
    for (int64_t i = 0; i < n; ++i) square[i] += j[i] * j[i];
    if (s.keeps_jacobian) {
      for (int64_t i = 0; i < n; ++i) along[i] += gk[i] * j[i];
      if (d != nullptr) {
        for (int64_t i = 0; i < n; ++i) d[i] = a[i] * gk[i] + twice[i] * j[i];
      }
    } else if (d != nullptr) {
      for (int64_t i = 0; i < n; ++i) d[i] = twice[i] * j[i];
    }
  }
  const T* l = rows + s.directions * s.row;
  for (int64_t i = 0; i < n; ++i) d_f1[e + i] = along[i] + last[i] * l[i];
  for (int64_t i = 0; i < n; ++i) d_f2[e + i] = last[i] * square[i];
  if (d_rows == nullptr) return;
  T* d = d_rows + s.directions * s.row;
  for (int64_t i = 0; i < n; ++i) d[i] = a[i] * last[i];
}

/// sum[i] += a[i] b[i]
template <class T>
void add_products(const T* a, const T* b, T* sum, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += a[i] * b[i];
}

auto forward_by_type() { return ByType{&forward_segment<float>, &forward_segment<double>}; }
auto backward_by_type() { return ByType{&backward_segment<float>, &backward_segment<double>}; }
auto add_products_by_type() { return ByType{&add_products<float>, &add_products<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(forward_by_type);
HWY_EXPORT(backward_by_type);
HWY_EXPORT(add_products_by_type);

constexpr int64_t kGrain = 8192;  // numbers read

/// Calls segment(e, at, n) for runs of points that cover them all: e from the first point, at in its row.
template <class Segment>
void for_segments(const ChainShape& s, Segment&& segment) {
  const int64_t grain = std::max<int64_t>(1, kGrain / (s.directions + 1));
  parallel_for(s.points, grain, 64, [&](int64_t begin, int64_t end) {
    for (int64_t e = begin; e < end;) {
      const int64_t at = e % s.row;
      const int64_t n = std::min({kChainSegment, s.row - at, end - e});
      segment(e, at, n);
      e += n;
    }
  });
}

/// d_rows where the copies share it: dJ_k = sum f' g_k + 2 J_k sum f'' g_K, dL = sum f' g_K, over the copies.
template <class T>
void shared_rows_grad(const ChainShape& s, const T* rows, const T* f1, const T* f2, const T* g, T* d_rows) {
  const auto add_products = HWY_DYNAMIC_DISPATCH(add_products_by_type)();
  const T* last = g + (s.keeps_jacobian ? s.directions * s.points : 0);
  T* bend = scratch<T>(s.row);  // sum f'' g_K
  std::fill_n(bend, s.row, T{0});
  for (int64_t e = 0; e < s.points; e += s.row) add_products(f2 + e, last + e, bend, s.row);
  parallel_for(s.directions + 1, std::max<int64_t>(1, kGrain / s.points), 1, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      T* d = d_rows + k * s.row;
      std::fill_n(d, s.row, T{0});
      const bool is_last = k == s.directions;
      if (is_last || s.keeps_jacobian) {
        const T* gk = is_last ? last : g + k * s.points;
        for (int64_t e = 0; e < s.points; e += s.row) add_products(f1 + e, gk + e, d, s.row);
      }
      if (is_last) continue;
      const T* j = rows + k * s.row;
      for (int64_t i = 0; i < s.row; ++i) d[i] += 2 * bend[i] * j[i];
    }
  });
}

}  // namespace

template <class T>
void chain_laplacian(const ChainShape& shape, const T* rows, const T* f1, const T* f2, T* y) {
  for_segments(shape, [&](int64_t e, int64_t at, int64_t n) {
    HWY_DYNAMIC_DISPATCH(forward_by_type)()(shape, rows + at, f1, f2, y, e, n);
  });
}
template void chain_laplacian(const ChainShape&, const float*, const float*, const float*, float*);
template void chain_laplacian(const ChainShape&, const double*, const double*, const double*, double*);

template <class T>
void chain_laplacian_grad(const ChainShape& shape, const T* rows, const T* f1, const T* f2, const T* g,
                          T* d_rows, T* d_f1, T* d_f2) {
  const bool shared = shape.row < shape.points;
  for_segments(shape, [&](int64_t e, int64_t at, int64_t n) {
    T* own = shared ? nullptr : d_rows + at;
    HWY_DYNAMIC_DISPATCH(backward_by_type)()(shape, rows + at, f1, f2, g, own, d_f1, d_f2, e, n);
  });
  if (shared) shared_rows_grad(shape, rows, f1, f2, g, d_rows);
}
template void chain_laplacian_grad(const ChainShape&, const float*, const float*, const float*, const float*,
                                   float*, float*, float*);
template void chain_laplacian_grad(const ChainShape&, const double*, const double*, const double*,
                                   const double*, double*, double*, double*);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
