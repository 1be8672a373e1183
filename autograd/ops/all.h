#pragma once

#include "autograd/ops/activations.h"
#include "autograd/ops/conv.h"
#include "autograd/ops/diagonal.h"
#include "autograd/ops/elementwise.h"
#include "autograd/ops/indexing.h"
#include "autograd/ops/laplacian.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/losses.h"
#include "autograd/ops/math.h"
#include "autograd/ops/norm.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/quadratic_power.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/select.h"
#include "autograd/ops/shaping.h"
#include "autograd/ops/slicing.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/solve.h"
#include "autograd/ops/special.h"
#include "autograd/ops/triangular.h"
#include "autograd/ops/trigonometric.h"

/// The list of every op, once each. Listed ops are checked to third order and shown by `list ops`. The header
/// is slow to compile: only checks and tools include it.
namespace gradzoo {

template <class... Ops>
struct OpList {};

using AllOps = OpList<
    // Elementwise mathematics.
    ops::Neg, ops::Abs, ops::Exp, ops::Expm1, ops::Expm1x, ops::Log, ops::Log1p, ops::Sqrt, ops::Rsqrt,
    ops::Reciprocal, ops::Square, ops::Sin, ops::Cos, ops::Clamp, ops::Exp2, ops::Log2, ops::Log10,
    // Trigonometric and hyperbolic functions.
    ops::Tan, ops::Asin, ops::Acos, ops::Atan, ops::Atan2, ops::Sinh, ops::Cosh, ops::Asinh, ops::Acosh,
    ops::Atanh, ops::QuadraticPower,
    // Special functions.
    ops::Lgamma, ops::Digamma, ops::Polygamma, ops::Erfc,
    // Activations.
    ops::Sigmoid, ops::Tanh, ops::Softplus, ops::LogSigmoid, ops::Relu, ops::LeakyRelu, ops::Elu,
    ops::EluAlpha, ops::Silu, ops::Gelu, ops::Erf, ops::MulAct, ops::ActSlopes,
    // Elementwise arithmetic.
    ops::Add, ops::Sub, ops::Mul, ops::Div, ops::Pow, ops::Maximum, ops::Minimum, ops::AddScalar,
    ops::MulScalar, ops::DivScalar, ops::PowScalar, ops::Where,
    // Reductions.
    ops::Sum, ops::SumTo, ops::Max, ops::Min, ops::Norm, ops::Cumsum, ops::LogSumExp, ops::Softmax,
    ops::LogSoftmax,
    // Products.
    ops::MatMul, ops::Linear, ops::ChainLaplacian,
    // Matrices.
    ops::Tril, ops::Triu, ops::Diagonal, ops::DiagEmbed, ops::TriangularSolve, ops::Cholesky, ops::Solve,
    ops::LogAbsDet,
    // Convolutions.
    ops::Conv2d, ops::ConvTranspose2d, ops::Conv2dWeight, ops::AvgPool2d, ops::MaxPool2d,
    ops::UpsampleNearest2d, ops::SpaceToDepth, ops::DepthToSpace,
    // Normalisation.
    ops::GroupNorm,
    // Shapes.
    ops::Clone, ops::Reshape, ops::Transpose, ops::BroadcastTo, ops::Flip, ops::Slice, ops::Pad,
    ops::Concat<2>, ops::Concat<3>, ops::Concat<4>,
    // Indexing.
    ops::Gather, ops::ScatterAdd, ops::IndexSelect, ops::IndexAdd,
    // Losses.
    ops::BceWithLogits, ops::CrossEntropy>;

namespace detail {

template <class Fn, class... Ops>
void for_each_in(OpList<Ops...>, Fn& fn) {
  (fn.template operator()<Ops>(), ...);
}

}  // namespace detail

/// Calls `fn.operator()<Op>()` for each op of AllOps, in its order.
template <class Fn>
void for_each_op(Fn&& fn) {
  detail::for_each_in(AllOps{}, fn);
}

}  // namespace gradzoo
