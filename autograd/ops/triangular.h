#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

/// Triangles of matrices, and solves with them.
namespace gradzoo::ops {

/// The upper (triu) or lower (tril) triangle from the k-th diagonal on; 0 elsewhere.
template <bool kUpper>
struct Triangle {
  static constexpr const char* name = kUpper ? "triu" : "tril";
  static constexpr const char* formula = kUpper ? "y_ij = x_ij where j - i >= k, else 0;  dx = triu g"
                                                : "y_ij = x_ij where j - i <= k, else 0;  dx = tril g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, apply(*this, g)); }
  static std::vector<OpCase<Triangle>> cases();
};
using Tril = Triangle<false>;
using Triu = Triangle<true>;

/// X with T X = B or T^T X = B, where T is a triangle of the first operand.
struct TriangularSolve {
  static constexpr const char* name = "triangular_solve";
  static constexpr const char* formula = "T x = b;  db = T'^-1 g;  dT = -tril(db x')";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | kReadsOut, reads_in(0)};
  bool upper = false;
  bool transpose = false;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<TriangularSolve>> cases();
};

}  // namespace gradzoo::ops
