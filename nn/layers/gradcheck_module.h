#pragma once

#include <span>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/nn/layers/module.h"

/// gradcheck for modules checks derivatives with respect to inputs and parameters. A message names these:
/// "d output[0,2] / d hidden.weight[2,1] of (3,4): analytic 0.31, numeric 0.62".
namespace gradzoo {

/// Checks the derivatives of orders `first` to `last` with respect to `inputs` and module.parameters().
/// Buffers are constants. Throws Error if a parameter is f32.
GradcheckResult check_orders(const Module& module, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options = {});

/// Compares the first derivatives with respect to x and every parameter with finite differences.
inline GradcheckResult gradcheck(const Module& module, const Tensor& x,
                                 const GradcheckOptions& options = {}) {
  return check_orders(module, {&x, 1}, 1, 1, options);
}
/// Checks a module with several inputs.
inline GradcheckResult gradcheck(const Module& module, std::span<const Tensor> inputs,
                                 const GradcheckOptions& options = {}) {
  return check_orders(module, inputs, 1, 1, options);
}
///@{
/// Check only the second derivatives.
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
/// Check the derivatives of every order from 1 to `order`.
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
