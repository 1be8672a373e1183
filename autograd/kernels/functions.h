#pragma once

/// The names of the functions that kernels compute and ops consist of.
namespace gradzoo::ops {

/// A function of one element: y[i] = f(x[i]).
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
enum class Scalar { add, mul, div, pow };  ///< functions of an element and a number
enum class Binary { add, sub, mul, div, maximum, minimum, pow, atan2 };  ///< functions of two elements
enum class Compare { lt, le, gt, ge, eq, ne };  ///< comparisons of two elements, to a mask
enum class Logical { both, either, one };       ///< logic of two masks
enum class Reduce { sum, max, min };            ///< reductions of an axis
/// The activations, one family that is closed under differentiation.
enum class Activation { sigmoid, tanh, softplus, log_sigmoid, relu, leaky_relu, elu, silu, gelu, erf };

}  // namespace gradzoo::ops

namespace gradzoo::kernels {

enum class SoftmaxOutput { logsumexp, softmax, log_softmax };  ///< result for a line

using ops::Activation, ops::Binary, ops::Compare, ops::Logical, ops::Reduce, ops::Scalar, ops::Unary;

}  // namespace gradzoo::kernels
