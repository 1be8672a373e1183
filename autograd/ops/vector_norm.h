#pragma once

#include "autograd/ops/reduce.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::ops {

/// The Euclidean length along an axis. Its kink is at 0, where the gradient is taken for 0.
struct Norm {
  static constexpr const char* name = "norm";
  static constexpr const char* formula = "y = sqrt(sum_i x_i^2);  dx_i = g x_i / y, 0 where y = 0";
  static constexpr Kind kind = Kind::other;
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  int axis = -1;
  bool keepdim = false;
  std::string attributes() const { return axis_attributes(axis, keepdim); }
  Shape shape(Inputs in) const { return reduced_shape(in[0].shape(), axis, keepdim); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Norm>> cases() { return reduction_cases<Norm>({.avoid = 0.0}); }
};

}  // namespace gradzoo::ops
