#pragma once

#include "gradzoo/autograd/tensor.h"

/// Plain functions, which are never recorded: their results are constants to every derivative.
namespace gradzoo {

///@{
/// Comparisons of two tensors of one dtype, which broadcast, as u8 masks. With NaN only ne() is true.
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
///@}
///@{
/// Comparisons with a number, which takes a floating-point dtype; integers are compared exactly: 2 < 2.5.
Tensor lt(const Tensor& x, double c);
Tensor le(const Tensor& x, double c);
Tensor gt(const Tensor& x, double c);
Tensor ge(const Tensor& x, double c);
Tensor eq(const Tensor& x, double c);
Tensor ne(const Tensor& x, double c);
///@}

///@{
/// Logic on masks (u8; every value except 0 is true), which broadcast.
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& mask);
///@}

///@{
/// Counts and tests of non-zero elements (NaN is one) of any dtype: over all elements, or along an axis.
int64_t count_nonzero(const Tensor& x);
Tensor count_nonzero(const Tensor& x, int axis, bool keepdim = false);  ///< counts, i64
bool any(const Tensor& x);
bool all(const Tensor& x);                                    ///< true if x is empty
Tensor any(const Tensor& x, int axis, bool keepdim = false);  ///< mask, u8
Tensor all(const Tensor& x, int axis, bool keepdim = false);
///@}
/// Copies the values of `from` into the storage of `to`, so that every handle on `to` (a State's too) sees
/// them. Throws Error, before anything changes, unless both have the same shape and dtype.
void assign_values(Tensor& to, const Tensor& from);

/// True if every element (f32 or f64) is finite.
bool all_finite(const Tensor& x);

Tensor sign(const Tensor& x);   ///< sign: -1, 0 or 1
Tensor floor(const Tensor& x);  ///< largest integer that is not above x
Tensor ceil(const Tensor& x);   ///< smallest integer that is not below x
Tensor trunc(const Tensor& x);  ///< x rounded towards 0
Tensor round(const Tensor& x);  ///< nearest integer; halves go to the even one

///@{
/// Returns indices along an axis, i64: the first of equal elements; NaN comes before all others.
Tensor argmax(const Tensor& x, int axis);
Tensor argmin(const Tensor& x, int axis);
///@}
/// Returns the indices that sort x (any dtype) in ascending order; equals keep theirs, NaN is the largest.
Tensor argsort(const Tensor& x, int axis = -1, bool descending = false);

/// The eigenvalues and eigenvectors of a symmetric matrix A = V diag(values) V^T.
struct SymmetricEigen {
  Tensor values;   ///< eigenvalues (n) f64, ascending
  Tensor vectors;  ///< V^T (n, n) f64: one eigenvector per row
};
/// Computes them with LAPACK in f64. Throws Error if A is not a square matrix, or if LAPACK does not
/// converge, as for a matrix that is not finite.
SymmetricEigen symmetric_eigen(const Tensor& a);

/// Returns 1 at each label, else 0: labels (...) i64 -> (..., classes).
Tensor one_hot(const Tensor& labels, int64_t classes, DType dtype = DType::f32);
/// Returns the share of rows whose largest element is at the label: logits (..., classes), labels (...) i64.
/// NaN without rows.
double accuracy(const Tensor& logits, const Tensor& labels);

}  // namespace gradzoo
