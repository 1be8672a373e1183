#pragma once

/// The functions that kernels compute and ops are made of, by name.
namespace gradzoo::ops {

/// y[i] = f(x[i])
enum class Unary {
  neg,
  abs,
  exp,
  expm1,
  expm1x,
  log,
  log1p,
  sqrt,
  rsqrt,
  reciprocal,
  square,
  sin,
  cos,
  sign,
  floor,
};
enum class Scalar { add, mul, div, pow };                                ///< of an element and a number
enum class Binary { add, sub, mul, div, maximum, minimum, pow, atan2 };  ///< of two elements
enum class Compare { lt, le, gt, ge, eq, ne };                           ///< of two elements, to a mask
enum class Logical { both, either, one };                                ///< of two masks
enum class Reduce { sum, max, min };                                     ///< of the elements of an axis
/// One family closed under differentiation.
enum class Activation { sigmoid, tanh, softplus, log_sigmoid, relu, leaky_relu, elu, silu, gelu, erf };

}  // namespace gradzoo::ops

namespace gradzoo::kernels {

enum class SoftmaxOutput { logsumexp, softmax, log_softmax };  ///< of a line

using ops::Activation, ops::Binary, ops::Compare, ops::Logical, ops::Reduce, ops::Scalar, ops::Unary;

}  // namespace gradzoo::kernels
