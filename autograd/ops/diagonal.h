#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

/// Diagonals of matrices: the two ops are each other's derivative.
namespace gradzoo::ops {

/// The k-th diagonal of each matrix.
struct Diagonal {
  static constexpr const char* name = "diagonal";
  static constexpr const char* formula = "y_i = x_(i,i+k);  dx = zeros, with g on that diagonal";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Diagonal>> cases();
};

/// Zeros (..., rows, columns) with the operand on the k-th diagonal.
struct DiagEmbed {
  static constexpr const char* name = "diag_embed";
  static constexpr const char* formula = "y_(i,i+k) = x_i, else 0;  dx = the diagonal of g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 0;
  int64_t rows = 0;
  int64_t columns = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, apply(Diagonal{k}, g)); }
  static std::vector<OpCase<DiagEmbed>> cases();
};

}  // namespace gradzoo::ops
