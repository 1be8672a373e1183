#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "autograd/check/nested_gradient.h"

namespace gradzoo {

struct GradcheckOptions {
  double tolerance = 1e-6;    // |analytic - numeric| <= tolerance max(1, |analytic|, |numeric|)
  double step = 1e-3;         // of the finite differences, times max(1, |x|)
  int64_t directions = 0;     // 0: every element of the Jacobian; k: k random directions for each input
  uint64_t seed = 0;          // of the directions, and of grad_output at order 2 and above
  bool allow_unused = false;  // f may do without an input
  std::string name = "f";     // for messages
};

struct [[nodiscard]] GradcheckResult {
  bool ok = true;
  std::string message;   // "" where ok; else order, input, element, both values
  int order = 0;         // the highest that was checked; where not ok, the one that failed
  int64_t compared = 0;  // derivatives
  /// The worst derivative: |analytic - numeric| / max(1, |analytic|, |numeric|), and both.
  double worst_error = 0, analytic = 0, numeric = 0;

  explicit operator bool() const { return ok; }
  /// Throws Error with the message unless ok.
  const GradcheckResult& or_throw() const;
};

/// Holds grad() of f to finite differences: the full Jacobian, each element of every output against each
/// element of every input, or u'Jv for random u, v where `directions` are given (for large sizes). The
/// differences are fourth-order central ones; where they disagree with grad(), Ridders' extrapolation
/// decides. Also fails where f is not deterministic, a value or derivative is not finite, a gradient has
/// another shape than its input, grad() with and without create_graph differ, or f neither reads an input nor
/// changes with it, as one that reads a tensor which it captured; unless `allow_unused`. Inputs are f64;
/// those of i64 and u8 are constants. Throws Error for an input of f32: its finite differences carry errors
/// of 1e-3. An Error that f or a vjp throws is a failure that the message repeats.
GradcheckResult gradcheck(TensorsFn f, std::span<const Tensor> inputs, const GradcheckOptions& options = {});
GradcheckResult gradcheck(TensorFn f, const Tensor& input, const GradcheckOptions& options = {});

/// gradcheck of the gradient itself: (inputs, grad_output) -> grad(f(inputs), inputs, {.grad_output}) is
/// differentiated with respect to inputs and grad_output.
GradcheckResult gradgradcheck(TensorsFn f, std::span<const Tensor> inputs,
                              const GradcheckOptions& options = {});
GradcheckResult gradgradcheck(TensorFn f, const Tensor& input, const GradcheckOptions& options = {});

/// Derivatives of every order from 1 to `order`: 1 is gradcheck, 2 gradgradcheck, 3 the gradient of that
/// gradient, and so on. Stops at the first order that fails. Sizes grow fast: small inputs at order 3.
GradcheckResult check_order(TensorsFn f, std::span<const Tensor> inputs, int order,
                            const GradcheckOptions& options = {});
GradcheckResult check_order(TensorFn f, const Tensor& input, int order, const GradcheckOptions& options = {});

}  // namespace gradzoo
