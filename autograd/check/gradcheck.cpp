#include "autograd/check/gradcheck.h"

#include <fmt/format.h>

#include "autograd/check/order_check.h"

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

GradcheckResult check_one_order(TensorsFn f, std::span<const Tensor> inputs, int order,
                                const GradcheckOptions& options) {
  refuse_other_than_f64(inputs, options.name);
  try {
    return OrderCheck(f, inputs, order, options).run();
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
