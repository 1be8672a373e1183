#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/check/nested_gradient.h"

namespace gradzoo {

/// How gradcheck compares, and what it names in messages.
struct GradcheckOptions {
  double tolerance = 1e-6;    ///< |analytic - numeric| <= tolerance max(1, |analytic|, |numeric|)
  double step = 1e-3;         ///< of the finite differences, times max(1, |x|)
  int64_t directions = 0;     ///< 0: every element of the Jacobian; k: k random directions for each input
  uint64_t seed = 0;          ///< of the directions, and of grad_output at order 2 and above
  bool allow_unused = false;  ///< f may do without an input
  std::string name = "f";     ///< for messages
  std::vector<std::string> inputs = {};  ///< their names, for messages; "input 0" where there is none
};

/// What a check of derivatives found.
struct [[nodiscard]] GradcheckResult {
  bool ok = true;        ///< all agree within the tolerance
  std::string message;   ///< "" where ok; else order, input, element, both values
  int order = 0;         ///< the highest that was checked; where not ok, the one that failed
  int64_t compared = 0;  ///< derivatives
  ///@{
  /// The worst derivative: |analytic - numeric| / max(1, |analytic|, |numeric|), and both.
  double worst_error = 0, analytic = 0, numeric = 0;
  ///@}

  explicit operator bool() const { return ok; }
  /// Throws Error with the message unless ok.
  const GradcheckResult& or_throw() const;
};

/// "ok: 24 derivatives up to order 2, worst error 3.1e-11", or "failed: " and the message.
std::string to_string(const GradcheckResult& result);
/// Writes to_string(result).
std::ostream& operator<<(std::ostream& out, const GradcheckResult& result);

/// The orders from `first` to `last` of what the functions below check; stops at the first that fails.
GradcheckResult check_orders(OutputsFn f, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options);

template <class F>
concept HasParameters = requires(const F& f) {
  f.named_parameters();
};

/// What is checked: a function of one tensor or of a span of them, that returns a Tensor or Tensors. A module
/// is more: nn/layers/gradcheck_module.h checks its parameters too.
template <class F>
concept CheckedFunction = !HasParameters<F> && (std::is_invocable_v<F&, std::span<const Tensor>> ||
                                                std::is_invocable_v<F&, const Tensor&>);

/// f as a function of several tensors that returns several.
template <CheckedFunction F>
auto outputs_of(F& f) {
  return [&f](std::span<const Tensor> xs) {
    const auto outputs = [&] {
      if constexpr (std::is_invocable_v<F&, std::span<const Tensor>>) {
        return f(xs);
      } else {
        return f(xs[0]);
      }
    }();
    if constexpr (std::is_convertible_v<decltype(outputs), Tensor>) {
      return Tensors{outputs};
    } else {
      return Tensors(outputs);
    }
  };
}

///@{
/// Holds grad() of f to finite differences: the full Jacobian, each element of every output against each
/// element of every input, or u'Jv for random u, v where `directions` are given (for large sizes). The
/// differences are fourth-order central ones; where they disagree with grad(), Ridders' extrapolation
/// decides. Also fails where f is not deterministic, a value or derivative is not finite, a gradient has
/// another shape than its input, grad() with and without create_graph differ, or f neither reads an input nor
/// changes with it, as one that reads a tensor which it captured; unless `allow_unused`. Inputs are f64;
/// those of i64 and u8 are constants. Throws Error for an input of f32: its finite differences carry errors
/// of 1e-3. An Error that f or a vjp throws is a failure that the message repeats.
template <CheckedFunction F>
GradcheckResult gradcheck(F&& f, std::span<const Tensor> inputs, const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), inputs, 1, 1, options);
}
template <CheckedFunction F>
GradcheckResult gradcheck(F&& f, const Tensor& input, const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), {&input, 1}, 1, 1, options);
}
///@}

///@{
/// gradcheck of the gradient itself: (inputs, grad_output) -> grad(f(inputs), inputs, {.grad_output}) is
/// differentiated with respect to inputs and grad_output.
template <CheckedFunction F>
GradcheckResult gradgradcheck(F&& f, std::span<const Tensor> inputs, const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), inputs, 2, 2, options);
}
template <CheckedFunction F>
GradcheckResult gradgradcheck(F&& f, const Tensor& input, const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), {&input, 1}, 2, 2, options);
}
///@}

///@{
/// Derivatives of every order from 1 to `order`: 1 is gradcheck, 2 gradgradcheck, 3 the gradient of that
/// gradient, and so on. Stops at the first order that fails. Sizes grow fast: small inputs at order 3.
template <CheckedFunction F>
GradcheckResult check_order(F&& f, std::span<const Tensor> inputs, int order,
                            const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), inputs, 1, order, options);
}
template <CheckedFunction F>
GradcheckResult check_order(F&& f, const Tensor& input, int order, const GradcheckOptions& options = {}) {
  return check_orders(outputs_of(f), {&input, 1}, 1, order, options);
}
///@}

}  // namespace gradzoo

/// fmt::print("{}\n", gradcheck(f, x))
template <>
struct fmt::formatter<gradzoo::GradcheckResult> : fmt::formatter<std::string> {
  /// What fmt calls.
  template <class Context>
  auto format(const gradzoo::GradcheckResult& result, Context& context) const {
    return fmt::formatter<std::string>::format(gradzoo::to_string(result), context);
  }
};
