#include "gradzoo/autograd/check/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>
#include <vector>

#include <fmt/format.h>

#include "autograd/check/order_check.h"
#include "autograd/functional/nodes_between.h"

namespace gradzoo {
namespace {

void refuse_other_than_f64(std::span<const Tensor> inputs, const GradcheckOptions& options) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined())
      throw Error("gradcheck of {}: {} is undefined. Hint: assign it a value first", options.name,
                  input_name(options.inputs, i));
    if (inputs[i].dtype() != DType::f32) continue;
    throw Error(
        "gradcheck of {}: {} is f32, where finite differences have errors of 1e-3. Hint: pass cast(x, "
        "DType::f64)",
        options.name, input_name(options.inputs, i));
  }
}

// Whether f moves when every element of input i does.
bool changes_with(OutputsFn f, std::span<const Tensor> inputs, size_t i, double step) {
  const NoGrad guard;
  std::vector<Tensor> moved(inputs.begin(), inputs.end());
  moved[i] = inputs[i].detach().clone();
  double* x = moved[i].mutable_data<double>();
  for (int64_t e = 0; e < moved[i].size(); ++e) x[e] += step * std::max(1.0, std::abs(x[e]));
  const auto same = [](const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); };
  return !std::ranges::equal(f(inputs), f(moved), same);
}

// The first input from which no record leads to f, and with which f does not change.
std::optional<size_t> unused_input(OutputsFn f, std::span<const Tensor> inputs, double step) {
  const Tape tape;
  const std::vector<Tensor> leaves = NestedGradient::leaves(inputs);
  const Tensors ys = f(leaves);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool is_constant = !is_floating(inputs[i].dtype()) || inputs[i].size() == 0;
    const auto is_apart = [&](const Tensor& y) { return nodes_between(leaves[i], y).empty(); };
    if (!is_constant && std::ranges::all_of(ys, is_apart) && !changes_with(f, inputs, i, step)) return i;
  }
  return std::nullopt;
}

GradcheckResult check_one_order(OutputsFn f, std::span<const Tensor> inputs, int order,
                                const GradcheckOptions& options) {
  refuse_other_than_f64(inputs, options);
  try {
    GradcheckResult result = OrderCheck(f, inputs, order, options).run();
    if (!result.ok || options.allow_unused) return result;
    if (const auto unused = unused_input(f, inputs, options.step)) {
      result.ok = false;
      result.message = fmt::format(
          "{}, order {}: {} is not used: nothing recorded leads from it to the output, which does not change "
          "with it. Hint: read the argument, not a tensor that the function captured, or set allow_unused = "
          "true",
          options.name, order, input_name(options.inputs, *unused));
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

std::string to_string(const GradcheckResult& result) {
  if (!result.ok) return "failed: " + result.message;
  return fmt::format("ok: {} derivatives up to order {}, worst error {:.2g}", result.compared, result.order,
                     result.worst_error);
}

std::ostream& operator<<(std::ostream& out, const GradcheckResult& result) {
  return out << to_string(result);
}

GradcheckResult check_orders(OutputsFn f, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options) {
  GradcheckResult all;
  for (int k = first; k <= last && all.ok; ++k) {
    const GradcheckResult one = check_one_order(f, inputs, k, options);
    const int64_t compared = all.compared + one.compared;
    if (!one.ok || one.worst_error >= all.worst_error) all = one;
    all.order = k, all.compared = compared;
  }
  return all;
}

}  // namespace gradzoo
