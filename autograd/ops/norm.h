#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// Normalises x (B, ..., C) over each image's groups of channels; scale and shift are (C), or (B,C) for
/// separate ones per image; then SiLU if `silu`.
struct GroupNorm {
  static constexpr const char* name = "group_norm";
  static constexpr const char* formula =
      "n = (x - m) r, r = 1/sqrt(v + eps);  z = n scale + shift;  y = z or silu(z);  h = g y'(z);  "
      "dx = r (h scale - mean(h scale) - n mean(h scale n));  dscale = sum h n;  dshift = sum h";
  static constexpr Kind kind = Kind::other;
  static constexpr unsigned kAll = reads_in(0) | reads_in(1) | reads_in(2);
  static constexpr std::array<unsigned, 3> saves = {kAll, kAll, kAll};
  int64_t groups = 1;
  double eps = 1e-5;
  bool silu = false;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<GroupNorm>> cases();
};

}  // namespace gradzoo::ops
