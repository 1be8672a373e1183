#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// Chooses between two operands with a mask; all three broadcast together.
struct Where {
  static constexpr const char* name = "where";
  static constexpr const char* formula = "y = m ? a : b;  da = m ? g : 0;  db = m ? 0 : g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<Role, 3> roles = {Role::mask, Role::value, Role::value};
  static constexpr std::array<unsigned, 3> saves = {kReadsNothing, reads_in(0), reads_in(0)};
  Shape shape(Inputs in) const {
    return broadcast_shapes(in[0].shape(), broadcast_shapes(in[1].shape(), in[2].shape(), name), name);
  }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor zero = zeros({}, g.dtype());
    if (v.needs(1)) v.give(1, where(v.in(0), g, zero));
    if (v.needs(2)) v.give(2, where(v.in(0), zero, g));
  }
  static std::vector<OpCase<Where>> cases();
};

}  // namespace gradzoo::ops
