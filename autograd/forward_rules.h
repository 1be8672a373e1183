#pragma once

#include "autograd/function_ref.h"
#include "autograd/tape.h"

/// Forward rules: the Jacobian J and Laplacian L of every node with respect to x, carried from x to y in one
/// pass over a traced tape. They are derived from each op's `kind`, in public ops, so they can be
/// differentiated again.
///
/// For a node y = op(a, b) with J stacked in front, (K, ...shape), and L of the node's own shape:
///   linear       J_y = op(J_a, J_b)                         L_y = op(L_a, L_b)
///   elementwise  J_y = sum_i f_i J_i                        L_y = sum_i f_i L_i + sum_ij f_ij sum_k J_ik
///   J_jk bilinear     J_y = op(J_a, b) + op(a, J_b)              L_y = op(L_a, b) + op(a, L_b) + 2 sum_k
///   op(J_ak, J_bk)
namespace gradzoo {

/// The first op on the way from x to y, both recorded, that the predicate wants; null where there is none.
const OpInfo* find_op_between(const Tensor& x, const Tensor& y, FunctionRef<bool(const OpInfo&)> wanted);

/// True where every op between x and y has a forward rule.
bool has_forward_rules(const Tensor& x, const Tensor& y);

/// The part of the Laplacian in x (B,d) that directions e_begin .. e_(begin+k-1) contribute, for every row of
/// y (B); both traced. Throws naming the op that has no forward rule.
Tensor forward_laplacian(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph);

/// sum_i dy_bi/dx_bi over the same directions, for every row of y (B,d); both traced.
Tensor forward_divergence(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph);

}  // namespace gradzoo
