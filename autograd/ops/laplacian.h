#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// The chain rule of the Laplacian for an elementwise y = f(z). The operands are the rows J_1 ... J_K and L
/// that a forward pass carries for z, stacked (K+1, ...z or with size 1 where all share it), and f'(z) and
/// f''(z) stacked (2, ...z). The result has y's rows: (K+1, ...z), or only L, (1, ...z), unless
/// `keeps_jacobian`.
struct ChainLaplacian {
  static constexpr const char* name = "chain_laplacian";
  static constexpr const char* formula =
      "y_k = f' J_k, y_K = f' L + f'' sum J_k^2;  dJ_k = f' g_k + 2 f'' g_K J_k;  dL = f' g_K;  df' = sum "
      "g_k J_k + g_K L;  df'' = g_K sum J_k^2";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | reads_in(1), reads_in(0)};
  bool keeps_jacobian = true;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<ChainLaplacian>> cases();
};

}  // namespace gradzoo::ops
