#include "autograd/kernels/move/move.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kGrain = 8192;    // elements
constexpr int64_t kCacheLine = 64;  // bytes

int64_t grain_of(int64_t elements_each) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(elements_each, 1));
}

/// To row place(row, column) of y's (outer, n, inner) are added the rows of src (outer, m, inner) with the
/// same o: in their order, whatever the threads, and in double where many may fall into one place.
template <class T, class Place>
void add_rows(const T* src, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner, Place place) {
  constexpr int64_t kStrip = 64, kFew = 64;
  struct Sums;
  const int64_t strips = (inner + kStrip - 1) / kStrip;
  parallel_for(outer * strips, grain_of(m * std::min(inner, kStrip)), 1, [=](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t o = task / strips, first = task % strips * kStrip,
                    width = std::min(kStrip, inner - first);
      const auto add_to = [&](auto* sums, int64_t stride) {
        for (int64_t row = o * m; row < (o + 1) * m; ++row) {
          for (int64_t i = 0; i < width; ++i) {
            auto& sum = sums[place(row, first + i) * stride + i];
            sum += src[row * inner + first + i];
          }
        }
      };
      T* const to = y + o * n * inner + first;
      if (m <= kFew) {
        add_to(to, inner);
        continue;
      }
      double* const sums = scratch<double, Sums>(n * width);
      for (int64_t r = 0; r < n; ++r) std::copy_n(to + r * inner, width, sums + r * width);
      add_to(sums, width);
      for (int64_t r = 0; r < n; ++r)
        std::transform(sums + r * width, sums + (r + 1) * width, to + r * inner,
                       [](double sum) { return static_cast<T>(sum); });
    }
  });
}

}  // namespace

void copy_bytes(const void* from, void* to, int64_t bytes) {
  constexpr int64_t kGrainBytes = 32768;
  parallel_for(bytes, kGrainBytes, kCacheLine, [=](int64_t begin, int64_t end) {
    std::memcpy(static_cast<std::byte*>(to) + begin, static_cast<const std::byte*>(from) + begin,
                static_cast<size_t>(end - begin));
  });
}

template <class T>
void gather(const T* x, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner) {
  parallel_for(outer * m, grain_of(inner), 1, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* from = x + row / m * n * inner;
      for (int64_t i = 0; i < inner; ++i) y[row * inner + i] = from[index[row * inner + i] * inner + i];
    }
  });
}

template <class T>
void scatter_add(const T* src, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m,
                 int64_t inner) {
  add_rows(src, y, outer, n, m, inner,
           [=](int64_t row, int64_t column) { return index[row * inner + column]; });
}

template <class T>
void index_select(const T* x, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m,
                  int64_t inner) {
  if (inner == 0) return;
  parallel_for(outer * m, grain_of(inner), 1, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* from = x + (row / m * n + index[row % m]) * inner;
      std::memcpy(y + row * inner, from, static_cast<size_t>(inner) * sizeof(T));
    }
  });
}

template <class T>
void index_add(const T* src, const int64_t* index, T* y, int64_t outer, int64_t n, int64_t m, int64_t inner) {
  add_rows(src, y, outer, n, m, inner, [=](int64_t row, int64_t) { return index[row % m]; });
}

bool indices_valid(const int64_t* index, int64_t count, int64_t n) {
  std::atomic<bool> valid{true};
  parallel_for(count, kGrain, 64, [&](int64_t begin, int64_t end) {
    bool inside = true;
    for (int64_t i = begin; i < end; ++i) inside &= index[i] >= 0 && index[i] < n;
    if (!inside) valid.store(false, std::memory_order_relaxed);
  });
  return valid.load();
}

template void gather(const float*, const int64_t*, float*, int64_t, int64_t, int64_t, int64_t);
template void gather(const double*, const int64_t*, double*, int64_t, int64_t, int64_t, int64_t);
template void gather(const int64_t*, const int64_t*, int64_t*, int64_t, int64_t, int64_t, int64_t);
template void gather(const uint8_t*, const int64_t*, uint8_t*, int64_t, int64_t, int64_t, int64_t);
template void scatter_add(const float*, const int64_t*, float*, int64_t, int64_t, int64_t, int64_t);
template void scatter_add(const double*, const int64_t*, double*, int64_t, int64_t, int64_t, int64_t);
template void index_select(const float*, const int64_t*, float*, int64_t, int64_t, int64_t, int64_t);
template void index_select(const double*, const int64_t*, double*, int64_t, int64_t, int64_t, int64_t);
template void index_select(const int64_t*, const int64_t*, int64_t*, int64_t, int64_t, int64_t, int64_t);
template void index_select(const uint8_t*, const int64_t*, uint8_t*, int64_t, int64_t, int64_t, int64_t);
template void index_add(const float*, const int64_t*, float*, int64_t, int64_t, int64_t, int64_t);
template void index_add(const double*, const int64_t*, double*, int64_t, int64_t, int64_t, int64_t);

}  // namespace gradzoo::kernels
