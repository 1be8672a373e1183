#pragma once

#include <span>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/nn/layers/module.h"

/// gradcheck of a module, whose own parameters move as its inputs do. A message names the parameter:
/// "d output[0,2] / d hidden.weight[2,1] of (3,4): analytic 0.31, numeric 0.62".
namespace gradzoo {

/// What the functions below check: the orders from `first` to `last`, with respect to `inputs` and all of
/// module.parameters(). Throws Error for a parameter of f32. Buffers are constants.
GradcheckResult check_orders(const Module& module, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options = {});

/// The first derivatives, in x and every parameter, against finite differences.
inline GradcheckResult gradcheck(const Module& module, const Tensor& x,
                                 const GradcheckOptions& options = {}) {
  return check_orders(module, {&x, 1}, 1, 1, options);
}
/// The same of a module of several inputs.
inline GradcheckResult gradcheck(const Module& module, std::span<const Tensor> inputs,
                                 const GradcheckOptions& options = {}) {
  return check_orders(module, inputs, 1, 1, options);
}
///@{
/// The second derivatives alone.
inline GradcheckResult gradgradcheck(const Module& module, const Tensor& x,
                                     const GradcheckOptions& options = {}) {
  return check_orders(module, {&x, 1}, 2, 2, options);
}
inline GradcheckResult gradgradcheck(const Module& module, std::span<const Tensor> inputs,
                                     const GradcheckOptions& options = {}) {
  return check_orders(module, inputs, 2, 2, options);
}
///@}
///@{
/// Derivatives of every order from 1 to `order`.
inline GradcheckResult check_order(const Module& module, const Tensor& x, int order,
                                   const GradcheckOptions& options = {}) {
  return check_orders(module, {&x, 1}, 1, order, options);
}
inline GradcheckResult check_order(const Module& module, std::span<const Tensor> inputs, int order,
                                   const GradcheckOptions& options = {}) {
  return check_orders(module, inputs, 1, order, options);
}
///@}

}  // namespace gradzoo
