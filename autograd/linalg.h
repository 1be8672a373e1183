#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

/// Matrices: products by name, triangles and diagonals, factorisations, solves. A matrix is the last two
/// axes, (..., m, n); axes before them are a batch, and those of two operands broadcast. Every function has
/// derivatives of any order. Factorisations are LAPACK's, one matrix a thread.
namespace gradzoo {

// Triangles and diagonals. The k-th diagonal holds x_(i, i+k): k = 0 the main one, k > 0 above it.
/// On and below the k-th diagonal x, above it 0.
Tensor tril(const Tensor& x, int64_t k = 0);
/// On and above the k-th diagonal x, below it 0.
Tensor triu(const Tensor& x, int64_t k = 0);
/// (..., m, n) -> (..., size of the k-th diagonal).
Tensor diagonal(const Tensor& x, int64_t k = 0);
/// (..., n) -> (..., n + |k|, n + |k|): x on the k-th diagonal, else 0.
Tensor diag_embed(const Tensor& x, int64_t k = 0);
/// diag_embed of a vector, diagonal of one matrix.
Tensor diag(const Tensor& x, int64_t k = 0);
/// The sum of the main diagonal: (..., m, n) -> (...).
Tensor trace(const Tensor& x);

// Products.
/// sum_i a_i b_i of two vectors of one size: a scalar.
Tensor dot(const Tensor& a, const Tensor& b);
/// a_i b_j of vectors (m) and (n): (m, n).
Tensor outer(const Tensor& a, const Tensor& b);
///@{
/// Sums of products by name, as NumPy and PyTorch write them: einsum("bij,bjk->bik", {a, b}). Each operand
/// names its axes by letters; a letter that the output does not name is summed, one that an operand names
/// twice is its diagonal. "..." stands for leading axes that broadcast. Sizes of a letter agree or are 1.
/// Without "->" the output has "..." and then the letters that occur once, in alphabetical order. Operands
/// are contracted from left to right, each step by one matmul; no step may have more than six axes.
Tensor einsum(std::string_view equation, std::span<const Tensor> operands);
inline Tensor einsum(std::string_view equation, std::initializer_list<Tensor> operands) {
  return einsum(equation, std::span(operands.begin(), operands.size()));
}
///@}

// Factorisations and solves, of (..., n, n). A matrix that holds NaN or infinity is refused, but by
// triangular_solve, which carries it on.
/// L, lower triangular, with L L' = A: (..., n, n). Of (A + A') / 2, so that the gradient is symmetric, as
/// PyTorch's. Throws Error where a matrix is not positive definite.
Tensor cholesky(const Tensor& a);
/// Which triangle triangular_solve reads, and how.
struct TriangularOptions {
  bool upper = false;      ///< T is the upper triangle of the matrix, else the lower one
  bool transpose = false;  ///< T' X = B
};
/// X with T X = B: T a triangle of `t` (..., n, n), whose other half is not read; B (..., n, m), or a vector
/// (n) for X (..., n). Throws Error where T has a zero on its diagonal.
Tensor triangular_solve(const Tensor& t, const Tensor& b, TriangularOptions options = {});
/// X with A X = B: B (..., n, m), or a vector (n) for X (..., n). Throws Error where a pivot is exactly 0.
Tensor solve(const Tensor& a, const Tensor& b);
/// solve(A, I).
Tensor inverse(const Tensor& a);
/// det A = sign exp(logabsdet), each (...). A singular matrix: 0, -infinity and no gradient.
struct SignAndLogDet {
  Tensor sign;       ///< -1, 0 or 1: a constant
  Tensor logabsdet;  ///< log |det A|
};
/// Sign and log |det| of (..., n, n): does not overflow where det would.
SignAndLogDet slogdet(const Tensor& a);
/// log det A: (...). Throws Error where a determinant is negative. Of a positive definite matrix,
/// 2 sum log diagonal(cholesky(A)) costs half.
Tensor logdet(const Tensor& a);
/// det A: (...). Of a singular matrix 0, without a gradient.
Tensor det(const Tensor& a);

}  // namespace gradzoo
