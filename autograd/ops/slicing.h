#pragma once

#include "autograd/ops/shaping.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Parts of an axis: slice and pad are each other's derivative; the derivative of concat is slice.
namespace gradzoo::ops {

/// `count` elements of an axis: begin, begin + step, ...
struct Slice {
  static constexpr const char* name = "slice";
  static constexpr const char* formula = "y_i = x_(begin + i step);  dx = zeros, with g at those places";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis = -1;
  int64_t begin = 0;
  int64_t count = 0;
  int64_t step = 1;
  Shape shape(Inputs in) const;
  /// Returns the slice: shared storage if the part is contiguous, else a copy.
  Tensor alias(Inputs in) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, unslice(g, axis, begin, step, v.shape(0)[axis])); }
  static std::vector<OpCase<Slice>> cases();
};

/// Zeros with `size` elements on an axis, and the operand at begin, begin + step, ...
struct Pad {
  static constexpr const char* name = "pad";
  static constexpr const char* formula = "y_(begin + i step) = x_i, else 0;  dx_i = g_(begin + i step)";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis = -1;
  int64_t begin = 0;
  int64_t step = 1;
  int64_t size = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const int64_t n = v.shape(0)[axis];
    v.give(0, slice(g, axis, begin, n == 0 ? begin : begin + (n - 1) * step + 1, step));
  }
  static std::vector<OpCase<Pad>> cases();
};

/// kParts operands, one after the other along an axis.
template <int kParts>
struct Concat {
  static_assert(kParts >= 2 && kParts <= kMaxInputs);
  static constexpr const char* name = kParts == 2 ? "concat2" : kParts == 3 ? "concat3" : "concat4";
  static constexpr const char* formula = "y = (x_0, x_1, ...) along an axis;  dx_i = the i-th part of g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, kParts> saves = {};
  int axis = -1;
  std::array<int64_t, kParts> sizes = {};  // sizes of the parts along the axis
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    int64_t begin = 0;
    for (int i = 0; i < kParts; ++i) {
      const int64_t size = sizes[static_cast<size_t>(i)];
      if (v.needs(i)) v.give(i, slice(g, axis, begin, begin + size));
      begin += size;
    }
  }
  static std::vector<OpCase<Concat>> cases();
};

}  // namespace gradzoo::ops
