#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

/// Ops that use factorisations: P A = L U by rows and columns, and A = L L^T for symmetric matrices.
namespace gradzoo::ops {

/// X with A X = B, or A^T X = B.
struct Solve {
  static constexpr const char* name = "solve";
  static constexpr const char* formula = "A x = b;  db = A'^-1 g;  dA = -db x'";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | kReadsOut, reads_in(0)};
  bool transpose = false;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Solve>> cases();
};

/// log |det A|.
struct LogAbsDet {
  static constexpr const char* name = "slogdet";
  static constexpr const char* formula = "y = log |det A|;  dA = g A'^-1";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<LogAbsDet>> cases();
};

/// L, lower triangular, with L L^T = (A + A^T) / 2. The gradient is Murray's (2016, "Differentiation of the
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
