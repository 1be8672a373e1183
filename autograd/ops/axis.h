#pragma once

#include <string>
#include <string_view>

#include "gradzoo/autograd/shape.h"

namespace gradzoo::ops {

/// Returns `axis` counted from the end, -rank to -1, so that an attribute keeps its meaning if a leading axis
/// is stacked in front of the operand. Throws Error that names `op` if the axis does not exist.
inline int axis_from_end(int axis, int rank, std::string_view op) {
  return normalize_axis(axis, rank, op) - rank;
}

/// Returns (outer, n, inner) around an axis that is counted from the end.
inline AxisView view_from_end(const Shape& shape, int axis) { return view_axis(shape, axis + shape.rank()); }

/// Returns the text that the explorer shows: "axis=-1", "axis=-2, keepdim".
inline std::string axis_attributes(int axis, bool keepdim = false) {
  return "axis=" + std::to_string(axis) + (keepdim ? ", keepdim" : "");
}

/// Returns `shape` without an axis that is counted from the end, or with size 1 there.
inline Shape reduced_shape(const Shape& shape, int axis, bool keepdim) {
  if (!keepdim) return shape.erase(axis + shape.rank());
  Shape out = shape;
  out.set(axis, 1);
  return out;
}

}  // namespace gradzoo::ops
