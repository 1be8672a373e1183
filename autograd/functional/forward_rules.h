#pragma once

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"

/// Forward rules: the Jacobian J and the Laplacian L of every node with respect to x, carried from x to y in
/// one pass over a traced tape: J along K directions, L the sum of the second derivatives along them. They
/// are derived from each op's `kind`, in public ops, so they can be differentiated again. What is carried for
/// a node is stacked in front of its own shape: rows J_1 ... J_K, then L. Both obey the same linear rule. An
/// op is said to bend where its own second derivatives add a term to L, the last column: an elementwise op
/// that is not linear, and a bilinear one of which both operands depend on x.
///   linear       rows_y = op(rows_a, rows_b)
///   elementwise  rows_y = sum_i f_i rows_i                    L_y += sum_ij f_ij sum_k J_ik J_jk
///   bilinear     rows_y = op(rows_a, b) + op(a, rows_b)       L_y += 2 sum_k op(J_ak, J_bk)
/// Nothing reads J behind the last op that bends, so it is carried no further; before the first one L is 0,
/// so it is carried from there on.
namespace gradzoo {

/// Calls `carry`, which carries forward from x to y, both traced, and gives true. False where an op on the
/// way has no forward rule, or refuses what is stacked on its operands (six axes already, an index that means
/// one axis alone); unless forward is a `must`: then that op's Error is thrown.
bool carried_forward(const Tensor& x, const Tensor& y, bool must, FunctionRef<void()> carry);

/// e_begin ... e_(begin+k-1) of R^d as directions that all rows of x share: (k,1,d).
Tensor basis_directions(int64_t begin, int64_t k, int64_t d, DType dtype);

/// What directions v_1 ... v_K come to for every row of y (B).
struct ForwardTerms {
  Tensor laplacian;  // (B): sum_k v_k' (Hess y) v_k
  Tensor gradient;   // (K,B): v_k' grad y; undefined unless asked for
};
/// x (B,d) and y both traced; directions (K,B,d), or (K,1,d) where all rows share them. Throws naming the op
/// that has no forward rule.
ForwardTerms forward_laplacian(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph,
                               bool with_gradient = false);

/// sum_k v_k' (dy/dx) v_k for every row of y (B,d); both traced.
Tensor forward_divergence(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph);

}  // namespace gradzoo
