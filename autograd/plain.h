#pragma once

#include "gradzoo/autograd/tensor.h"

/// Plain functions: never recorded, constants to every derivative.
namespace gradzoo {

///@{
/// Comparisons: u8 masks of 0 and 1, of any one dtype, broadcasting. Nothing compares to NaN but by ne.
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
///@}
///@{
/// With a number, which takes the dtype of f32 and f64; integers are compared to it as it is: 2 < 2.5.
Tensor lt(const Tensor& x, double c);
Tensor le(const Tensor& x, double c);
Tensor gt(const Tensor& x, double c);
Tensor ge(const Tensor& x, double c);
Tensor eq(const Tensor& x, double c);
Tensor ne(const Tensor& x, double c);
///@}

///@{
/// Of masks (u8; all but 0 is true), broadcasting.
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& mask);
///@}

///@{
/// Of masks, and of any other dtype, where NaN counts as not zero: over everything, or along an axis.
int64_t count_nonzero(const Tensor& x);
Tensor count_nonzero(const Tensor& x, int axis, bool keepdim = false);  ///< i64
bool any(const Tensor& x);
bool all(const Tensor& x);                                    ///< of nothing, true
Tensor any(const Tensor& x, int axis, bool keepdim = false);  ///< u8
Tensor all(const Tensor& x, int axis, bool keepdim = false);
///@}
/// Copies the values of `from` into those of `to`: every handle on `to` sees them, as a State's does. Throws
/// Error, before anything changes, unless both have one shape and one dtype.
void assign_values(Tensor& to, const Tensor& from);

/// True where every number of f32 or f64 is finite.
bool all_finite(const Tensor& x);

Tensor sign(const Tensor& x);   ///< -1, 0 or 1
Tensor floor(const Tensor& x);  ///< the largest integer that is not above x
Tensor ceil(const Tensor& x);   ///< the smallest integer that is not below x
Tensor trunc(const Tensor& x);  ///< towards 0
Tensor round(const Tensor& x);  ///< to the nearest integer, halves to the even one

///@{
/// Places along an axis, i64: the first of equals, NaN before all others.
Tensor argmax(const Tensor& x, int axis);
Tensor argmin(const Tensor& x, int axis);
///@}
/// The places of x's numbers in ascending order; equals stay in theirs, NaN counts as the largest. Any dtype.
Tensor argsort(const Tensor& x, int axis = -1, bool descending = false);

/// Of a symmetric matrix A = V diag(values) V'.
struct SymmetricEigen {
  Tensor values;   ///< (n) f64, ascending
  Tensor vectors;  ///< (n, n) f64, an eigenvector a row: V'
};
/// By LAPACK, in f64. Throws Error for what is no square matrix, and where it does not converge, as of one
/// that is not finite.
SymmetricEigen symmetric_eigen(const Tensor& a);

/// 1 at each label, else 0: labels (...) i64 -> (..., classes).
Tensor one_hot(const Tensor& labels, int64_t classes, DType dtype = DType::f32);
/// The share of rows whose largest number stands at the label: logits (..., classes), labels (...) i64. NaN
/// of no rows.
double accuracy(const Tensor& logits, const Tensor& labels);

}  // namespace gradzoo
