#pragma once

#include "autograd/ops/axis.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Reading and adding at indices. gather and scatter_add are each other's derivative, and so are index_select
/// and index_add. Repeated indices add up in index order. If an index has fewer axes than the values, the
/// values' leading axes share it.
namespace gradzoo::ops {

/// Throws Error that names `op` if an index is outside [0, n).
void check_indices(const Tensor& index, int64_t n, const char* op);

struct Gather {
  static constexpr const char* name = "gather";
  static constexpr const char* formula = "y_j = x_index(j);  dx_i = sum_{j: index(j) = i} g_j";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), kReadsNothing};
  int axis = -1;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, scatter_add(g, axis, v.in(1), v.shape(0)[axis])); }
  static std::vector<OpCase<Gather>> cases();
};

struct ScatterAdd {
  static constexpr const char* name = "scatter_add";
  static constexpr const char* formula = "y_i = sum_{j: index(j) = i} x_j;  dx_j = g_index(j)";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), kReadsNothing};
  int axis = -1;
  int64_t size = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, gather(g, axis, v.in(1))); }
  static std::vector<OpCase<ScatterAdd>> cases();
};

struct IndexSelect {
  static constexpr const char* name = "index_select";
  static constexpr const char* formula = "y = rows index of x;  dx = zeros, with the rows of g added there";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), kReadsNothing};
  int axis = -1;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, index_add(g, axis, v.in(1), v.shape(0)[axis])); }
  static std::vector<OpCase<IndexSelect>> cases();
};

struct IndexAdd {
  static constexpr const char* name = "index_add";
  static constexpr const char* formula =
      "y = zeros, with the rows of x added at index;  dx = rows index of g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), kReadsNothing};
  int axis = -1;
  int64_t size = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, index_select(g, axis, v.in(1))); }
  static std::vector<OpCase<IndexAdd>> cases();
};

}  // namespace gradzoo::ops
