#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// y = op(a) op(b) over the last two axes; leading axes broadcast. op transposes if its flag is true.
struct MatMul {
  static constexpr const char* name = "matmul";
  static constexpr const char* formula = "y = a b (a', b' where transposed);  da = g b';  db = a' g";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  bool transpose_a = false;
  bool transpose_b = false;
  std::string attributes() const;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void accumulate(Inputs in, Tensor& sum) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<MatMul>> cases();
};

/// y = x W^T + b: x (..., in), weight (out, in), bias (out) -> (..., out). Bilinear in x, W; linear in b.
struct Linear {
  static constexpr const char* name = "linear";
  static constexpr const char* formula = "y = x W' + b;  dx = g W;  dW = g' x;  db = sum over rows of g";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 3> saves = {reads_in(1), reads_in(0), kReadsNothing};
  static constexpr unsigned constants = reads_in(1) | reads_in(2);
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Linear>> cases();
};

}  // namespace gradzoo::ops
