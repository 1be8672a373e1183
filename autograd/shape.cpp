#include "gradzoo/autograd/shape.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "gradzoo/base/error.h"

namespace gradzoo {

Shape::Shape(std::span<const int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  if (sizes.size() > kMaxRank)
    throw Error("shape: {} axes, but at most {} are supported. Hint: merge axes with reshape", sizes.size(),
                kMaxRank);
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
  if (std::any_of(begin(), end(), [](int64_t n) { return n < -1; }))
    throw Error("shape: {} has a negative size. Hint: sizes are 0 or more", str());
}

int64_t Shape::size() const {
  int64_t n = 1;
  for (int64_t d : *this) {
    if (d < 0) throw Error("shape: {} has an open size. Hint: pass -1 only to reshape", str());
    if (__builtin_mul_overflow(n, d, &n)) throw Error("shape: {} is too large to address", str());
  }
  return n;
}

Shape Shape::insert(int axis, int64_t size) const {
  if (rank_ == kMaxRank)
    throw Error("shape: {} has {} axes already. Hint: merge axes with reshape", str(), rank_);
  Shape out;
  out.rank_ = rank_ + 1;
  for (int i = 0; i < out.rank_; ++i) out.set(i, i < axis ? (*this)[i] : i == axis ? size : (*this)[i - 1]);
  return out;
}

Shape Shape::erase(int axis) const {
  Shape out;
  out.rank_ = rank_ - 1;
  for (int i = 0; i < out.rank_; ++i) out.set(i, (*this)[i < axis ? i : i + 1]);
  return out;
}

std::string Shape::str() const { return fmt::format("({})", fmt::join(begin(), end(), ",")); }

int normalize_axis(int axis, int rank, std::string_view op) {
  if (axis < -rank || axis >= rank)
    throw Error("{}: axis {} of a tensor with {} axes. Hint: axes run from {} to {}", op, axis, rank, -rank,
                rank - 1);
  return axis < 0 ? axis + rank : axis;
}

Shape broadcast_shapes(const Shape& a, const Shape& b, std::string_view op) {
  if (a == b) return a;
  Shape out = a.rank() >= b.rank() ? a : b;
  for (int i = 1; i <= std::min(a.rank(), b.rank()); ++i) {
    if (a[-i] != b[-i] && a[-i] != 1 && b[-i] != 1) {
      throw Error(
          "{}: shapes {} and {} do not broadcast. Hint: aligned at the last axis, sizes must agree or be 1",
          op, a.str(), b.str());
    }
    out.set(-i, a[-i] == 1 ? b[-i] : a[-i]);
  }
  return out;
}

AxisView view_axis(const Shape& shape, int axis) {
  AxisView view;
  for (int i = 0; i < axis; ++i) view.outer *= shape[i];
  view.n = shape[axis];
  for (int i = axis + 1; i < shape.rank(); ++i) view.inner *= shape[i];
  return view;
}

}  // namespace gradzoo
