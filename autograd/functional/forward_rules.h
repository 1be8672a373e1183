#pragma once

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"

/// Forward rules: the Jacobian J and the Laplacian L of every node with respect to x, carried from x to y in
/// one pass over a traced tape. J is taken along K directions, and L is the sum of the second derivatives
/// along them. The rules are derived from each op's `kind` in public ops, so they can be differentiated
/// again. The rows carried for a node are stacked in front of its shape: J_1 ... J_K, then L. Both obey the
/// same linear rule. An op "bends" if its own second derivatives add a term to L (the last column): an
/// elementwise op that is not linear, or a bilinear op whose operands both depend on x.
///   linear       rows_y = op(rows_a, rows_b)
///   elementwise  rows_y = sum_i f_i rows_i                    L_y += sum_ij f_ij sum_k J_ik J_jk
///   bilinear     rows_y = op(rows_a, b) + op(a, rows_b)       L_y += 2 sum_k op(J_ak, J_bk)
/// Nothing reads J after the last op that bends, so J is carried no further. Before the first such op L is 0,
/// so L is carried from there on.
namespace gradzoo {

/// Calls `carry`, which carries rows from x to y, both traced, and returns true. Returns false if an op
/// between them has no forward rule, or refuses its stacked operands (which already have six axes, or an
/// index for one particular axis). With `must`, that op's Error is thrown instead.
bool carried_forward(const Tensor& x, const Tensor& y, bool must, FunctionRef<void()> carry);

/// Returns e_begin ... e_(begin+k-1) of R^d as directions that all rows of x share: (k,1,d).
Tensor basis_directions(int64_t begin, int64_t k, int64_t d, DType dtype);

/// The derivatives along directions v_1 ... v_K for every row of y (B).
struct ForwardTerms {
  Tensor laplacian;  // (B): sum_k v_k^T (Hess y) v_k
  Tensor gradient;   // (K,B): v_k^T grad y; undefined unless requested
};
/// Returns these derivatives for traced x (B,d) and y, and directions (K,B,d), or (K,1,d) if all rows share
/// them. Throws Error that names the op without a forward rule.
ForwardTerms forward_laplacian(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph,
                               bool with_gradient = false);

/// Returns sum_k v_k^T (dy/dx) v_k for every row of y (B,d); x and y are traced.
Tensor forward_divergence(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph);

}  // namespace gradzoo
