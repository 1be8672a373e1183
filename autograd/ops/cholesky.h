#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// L lower triangular with L L' = (A + A') / 2. The gradient is Murray's (2016, "Differentiation of the
/// Cholesky decomposition", section 3.1).
struct Cholesky {
  static constexpr const char* name = "cholesky";
  static constexpr const char* formula =
      "L L' = A;  dA = the symmetric part of L'^-1 P L^-1, P = L' g below its diagonal, half of it there";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 1> saves = {kReadsOut};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Cholesky>> cases();
};

}  // namespace gradzoo::ops
