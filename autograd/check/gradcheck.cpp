#include "autograd/check/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "autograd/check/order_check.h"
#include "autograd/functional/nodes_between.h"

namespace gradzoo {
namespace {

void refuse_other_than_f64(std::span<const Tensor> inputs, const std::string& name) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined())
      throw Error(
          fmt::format("gradcheck of {}: input {} is undefined. Hint: assign it a value first", name, i));
    if (inputs[i].dtype() != DType::f32) continue;
    throw Error(
        fmt::format("gradcheck of {}: input {} is f32, where finite differences carry errors of 1e-3 and "
                    "tell nothing. Hint: cast(x, DType::f64)",
                    name, i));
  }
}

// Whether f moves when every element of input i does.
bool changes_with(TensorsFn f, std::span<const Tensor> inputs, size_t i, double step) {
  const NoGrad guard;
  std::vector<Tensor> moved(inputs.begin(), inputs.end());
  moved[i] = inputs[i].detach().clone();
  double* x = moved[i].mutable_data<double>();
  for (int64_t e = 0; e < moved[i].size(); ++e) x[e] += step * std::max(1.0, std::abs(x[e]));
  return f(inputs).to_vector() != f(moved).to_vector();
}

// The first input from which no record leads to f, and with which f does not change.
std::optional<size_t> unused_input(TensorsFn f, std::span<const Tensor> inputs, double step) {
  const Tape tape;
  const std::vector<Tensor> leaves = NestedGradient::leaves(inputs);
  const Tensor y = f(leaves);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool is_constant = !is_floating(inputs[i].dtype()) || inputs[i].size() == 0;
    if (!is_constant && nodes_between(leaves[i], y).empty() && !changes_with(f, inputs, i, step)) return i;
  }
  return std::nullopt;
}

GradcheckResult check_one_order(TensorsFn f, std::span<const Tensor> inputs, int order,
                                const GradcheckOptions& options) {
  refuse_other_than_f64(inputs, options.name);
  try {
    GradcheckResult result = OrderCheck(f, inputs, order, options).run();
    if (!result.ok || options.allow_unused) return result;
    if (const auto unused = unused_input(f, inputs, options.step)) {
      result.ok = false;
      result.message = fmt::format(
          "{}, order {}: input {} is not used: nothing recorded leads from it to the output, which stays as "
          "it "
          "is when the input moves. Hint: read the argument, not a tensor that the function captured; "
          "allow_unused = true where an input has no part",
          options.name, order, *unused);
    }
    return result;
  } catch (const Error& error) {
    return {.ok = false,
            .message = fmt::format("{}, order {}: {}", options.name, order, error.what()),
            .order = order};
  }
}

}  // namespace

const GradcheckResult& GradcheckResult::or_throw() const {
  if (!ok) throw Error("gradcheck: " + message);
  return *this;
}

GradcheckResult gradcheck(TensorsFn f, std::span<const Tensor> inputs, const GradcheckOptions& options) {
  return check_one_order(f, inputs, 1, options);
}

GradcheckResult gradgradcheck(TensorsFn f, std::span<const Tensor> inputs, const GradcheckOptions& options) {
  return check_one_order(f, inputs, 2, options);
}

GradcheckResult check_order(TensorsFn f, std::span<const Tensor> inputs, int order,
                            const GradcheckOptions& options) {
  GradcheckResult all;
  for (int k = 1; k <= order && all.ok; ++k) {
    const GradcheckResult one = check_one_order(f, inputs, k, options);
    const int64_t compared = all.compared + one.compared;
    if (!one.ok || one.worst_error >= all.worst_error) all = one;
    all.order = k, all.compared = compared;
  }
  return all;
}

GradcheckResult gradcheck(TensorFn f, const Tensor& input, const GradcheckOptions& options) {
  return gradcheck([&](std::span<const Tensor> xs) { return f(xs[0]); }, {&input, 1}, options);
}

GradcheckResult gradgradcheck(TensorFn f, const Tensor& input, const GradcheckOptions& options) {
  return gradgradcheck([&](std::span<const Tensor> xs) { return f(xs[0]); }, {&input, 1}, options);
}

GradcheckResult check_order(TensorFn f, const Tensor& input, int order, const GradcheckOptions& options) {
  return check_order([&](std::span<const Tensor> xs) { return f(xs[0]); }, {&input, 1}, order, options);
}

}  // namespace gradzoo
