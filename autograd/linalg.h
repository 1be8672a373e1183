#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

/// Linear algebra: products named by letters, triangles and diagonals, factorisations, solves. A matrix is
/// the last two axes of (..., m, n); the axes before form a batch, and the batches of two operands broadcast.
/// Every function has derivatives of any order. LAPACK computes the factorisations, one matrix per thread.
namespace gradzoo {

// Triangles and diagonals. The k-th diagonal is x_(i, i+k): k = 0 is the main one, k > 0 above it.
/// Returns x on and below the k-th diagonal, and 0 above it.
Tensor tril(const Tensor& x, int64_t k = 0);
/// Returns x on and above the k-th diagonal, and 0 below it.
Tensor triu(const Tensor& x, int64_t k = 0);
/// Returns the k-th diagonal: (..., m, n) -> (..., its size).
Tensor diagonal(const Tensor& x, int64_t k = 0);
/// Returns matrices with x on the k-th diagonal, else 0: (..., n) -> (..., n + |k|, n + |k|).
Tensor diag_embed(const Tensor& x, int64_t k = 0);
/// Returns diag_embed() of a vector, or diagonal() of one matrix.
Tensor diag(const Tensor& x, int64_t k = 0);
/// Returns the sum of the main diagonal: (..., m, n) -> (...).
Tensor trace(const Tensor& x);

// Products.
/// Returns sum_i a_i b_i of two vectors of the same size, as a scalar.
Tensor dot(const Tensor& a, const Tensor& b);
/// Returns a_i b_j of two vectors: (m), (n) -> (m, n).
Tensor outer(const Tensor& a, const Tensor& b);
///@{
/// Returns sums of products, named as in NumPy and PyTorch: einsum("bij,bjk->bik", {a, b}). Each operand
/// names its axes with letters. A letter that the output does not name is summed over; a letter that an
/// operand names twice selects its diagonal. "..." stands for leading axes that broadcast. Sizes of a letter
/// agree or are 1. Without "->" the output has "..." and then the letters that occur once, in alphabetical
/// order. Operands are contracted from left to right, one matmul per step with at most six axes.
Tensor einsum(std::string_view equation, std::span<const Tensor> operands);
inline Tensor einsum(std::string_view equation, std::initializer_list<Tensor> operands) {
  return einsum(equation, std::span(operands.begin(), operands.size()));
}
///@}

// Factorisations and solves of (..., n, n). A matrix with NaN or infinity is rejected, except by
// triangular_solve, which propagates it.
/// Returns the lower triangular L with L L^T = A: (..., n, n). It uses (A + A^T) / 2, so that the gradient is
/// symmetric, as in PyTorch. Throws Error if a matrix is not positive definite.
Tensor cholesky(const Tensor& a);
/// The triangle that triangular_solve() reads, and how.
struct TriangularOptions {
  bool upper = false;      ///< T is the upper triangle of the matrix, else the lower one
  bool transpose = false;  ///< solve T^T X = B
};
/// Returns X with T X = B: T is a triangle of `t` (..., n, n), whose other half is not read; B is (..., n,
/// m), or a vector (n) for X (..., n). Throws Error if T has a zero on its diagonal.
Tensor triangular_solve(const Tensor& t, const Tensor& b, TriangularOptions options = {});
/// Returns X with A X = B: B (..., n, m), or a vector (n) for X (..., n). Throws Error if a pivot is 0.
Tensor solve(const Tensor& a, const Tensor& b);
/// Returns solve(A, I).
Tensor inverse(const Tensor& a);
/// The determinant det A = sign exp(logabsdet), each (...); for a singular A 0, -infinity and no gradient.
struct SignAndLogDet {
  Tensor sign;       ///< sign of det A: -1, 0 or 1, a constant
  Tensor logabsdet;  ///< log |det A|
};
/// Returns the sign and log |det A| of (..., n, n); it does not overflow where det() would.
SignAndLogDet slogdet(const Tensor& a);
/// Returns log det A as (...). Throws Error if a determinant is negative. For a positive definite matrix, 2
/// sum log diagonal(cholesky(A)) takes half the time.
Tensor logdet(const Tensor& a);
/// Returns det A as (...). A singular matrix has 0 without a gradient.
Tensor det(const Tensor& a);

}  // namespace gradzoo
