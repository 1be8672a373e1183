#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <vector>

#include "autograd/ops/axis.h"
#include "gradzoo/autograd/ops.h"

/// Order along an axis: places are plain integers, values are gathered at them.
namespace gradzoo {
namespace {

template <class T>
bool is_less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (std::isnan(b) && !std::isnan(a));
  return a < b;
}

// The places of the `count` smallest numbers along an axis, or largest, in order; the first of equals first.
Tensor places_in_order(const Tensor& x, int axis, int64_t count, bool descending) {
  const AxisView view = ops::view_from_end(x.shape(), axis);
  Shape shape = x.shape();
  shape.set(axis, count);
  Tensor out = empty(shape, DType::i64);
  int64_t* y = out.mutable_data<int64_t>();
  std::vector<int64_t> places(static_cast<size_t>(view.n));
  visit_any(x.dtype(), [&]<class T>() {
    for (int64_t o = 0; o < view.outer; ++o, y += count * view.inner) {
      for (int64_t k = 0; k < view.inner; ++k) {
        const T* line = x.data<T>() + o * view.n * view.inner + k;
        const auto comes_first = [&](int64_t i, int64_t j) {
          const T a = line[i * view.inner], b = line[j * view.inner];
          if (is_less(a, b)) return !descending;
          if (is_less(b, a)) return descending;
          return i < j;
        };
        std::iota(places.begin(), places.end(), int64_t{0});
        const auto end = places.begin() + count;
        std::partial_sort(places.begin(), end, places.end(), comes_first);
        for (int64_t i = 0; i < count; ++i) y[i * view.inner + k] = places[static_cast<size_t>(i)];
      }
    }
  });
  return out;
}

ValuesAndIndices values_at(const Tensor& x, int axis, const Tensor& indices) {
  return {gather(x, axis, indices), indices};
}

ValuesAndIndices one_along(const Tensor& x, int axis, const Tensor& index, bool keepdim) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "gather");
  ValuesAndIndices kept = values_at(x, from_end, unsqueeze(index, from_end));
  if (keepdim) return kept;
  return {squeeze(kept.values, from_end), index};
}

}  // namespace

Tensor argsort(const Tensor& x, int axis, bool descending) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "argsort");
  return places_in_order(x, from_end, x.shape()[from_end], descending);
}

ValuesAndIndices sort(const Tensor& x, int axis, bool descending) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "sort");
  return values_at(x, from_end, argsort(x, from_end, descending));
}

ValuesAndIndices topk(const Tensor& x, int64_t k, int axis, bool largest) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "topk");
  const int64_t n = x.shape()[from_end];
  if (k < 0 || k > n)
    throw Error("topk: {} of {} numbers on axis {} of {}. Hint: 0 <= k <= {}", k, n, axis, x.shape().str(),
                n);
  return values_at(x, from_end, places_in_order(x, from_end, k, largest));
}

ValuesAndIndices max_with_index(const Tensor& x, int axis, bool keepdim) {
  return one_along(x, axis, argmax(x, axis), keepdim);
}

ValuesAndIndices min_with_index(const Tensor& x, int axis, bool keepdim) {
  return one_along(x, axis, argmin(x, axis), keepdim);
}

}  // namespace gradzoo
