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

/// The options of gradcheck: tolerances, steps, and names for messages.
struct GradcheckOptions {
  double tolerance = 1e-6;    ///< |analytic - numeric| <= tolerance max(1, |analytic|, |numeric|)
  double step = 1e-3;         ///< step of the finite differences, times max(1, |x|)
  int64_t directions = 0;     ///< 0: every element of the Jacobian; k: k random directions per input
  uint64_t seed = 0;          ///< seed of the directions, and of grad_output at order 2 and above
  bool allow_unused = false;  ///< true: f may ignore an input
  std::string name = "f";     ///< name of the function in messages
  std::vector<std::string> inputs = {};  ///< names of the inputs in messages; default: "input 0"
};

/// The result of a check of derivatives.
struct [[nodiscard]] GradcheckResult {
  bool ok = true;        ///< true if all derivatives agree within the tolerance
  std::string message;   ///< "" if ok; else order, input, element, both values
  int order = 0;         ///< highest order that was checked; if not ok, the order that failed
  int64_t compared = 0;  ///< number of derivatives compared
  ///@{
  /// The worst derivative: |analytic - numeric| / max(1, |analytic|, |numeric|), and both values.
  double worst_error = 0, analytic = 0, numeric = 0;
  ///@}

  explicit operator bool() const { return ok; }
  /// Throws Error with the message unless ok.
  const GradcheckResult& or_throw() const;
};

/// Returns "ok: 24 derivatives up to order 2, worst error 3.1e-11", or "failed: " and the message.
std::string to_string(const GradcheckResult& result);
/// Writes to_string(result).
std::ostream& operator<<(std::ostream& out, const GradcheckResult& result);

/// Checks the orders from `first` to `last` for the functions below; stops at the first order that fails.
GradcheckResult check_orders(OutputsFn f, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options);

template <class F>
concept HasParameters = requires(const F& f) {
  f.named_parameters();
};

/// A function that can be checked: it takes one tensor or a span of tensors, and returns a Tensor or Tensors.
/// For modules, nn/layers/gradcheck_module.h checks the parameters too.
template <class F>
concept CheckedFunction = !HasParameters<F> && (std::is_invocable_v<F&, std::span<const Tensor>> ||
                                                std::is_invocable_v<F&, const Tensor&>);

/// Returns f as a function of several tensors that returns several tensors.
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
/// Compares grad() of f with finite differences. It checks the full Jacobian, each element of every output
/// against each element of every input, or with `directions` u^T J v for random u and v (for large sizes).
/// The differences are fourth-order central ones; if they disagree with grad(), Ridders' extrapolation
/// decides. The check also fails if f is not deterministic, a value or derivative is not finite, a gradient
/// has another shape than its input, or grad() differs with and without create_graph. Unless `allow_unused`,
/// it fails too if f neither reads an input nor changes with it, as an f that reads a captured tensor
/// instead. Differentiated inputs are f64; i64 and u8 inputs are constants. Throws Error for an f32 input:
/// its finite differences have errors of 1e-3. An Error from f or a vjp becomes a failure with its message.
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
/// Runs gradcheck on the gradient itself: (inputs, grad_output) -> grad(f(inputs), inputs, {.grad_output}) is
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
/// Checks derivatives of every order from 1 to `order`: 1 is gradcheck, 2 gradgradcheck, 3 the gradient of
/// the second-order gradient, and so on. Stops at the first order that fails. At order 3 keep inputs small.
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

/// Makes fmt::print("{}\n", gradcheck(f, x)) work.
template <>
struct fmt::formatter<gradzoo::GradcheckResult> : fmt::formatter<std::string> {
  /// Writes to_string(result); fmt calls this function.
  template <class Context>
  auto format(const gradzoo::GradcheckResult& result, Context& context) const {
    return fmt::formatter<std::string>::format(gradzoo::to_string(result), context);
  }
};
