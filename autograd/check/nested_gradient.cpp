#include "gradzoo/autograd/check/nested_gradient.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

bool is_variable(const Tensor& t) { return is_floating(t.dtype()); }

Tensor random_weight(const Shape& shape, DType dtype, Rng& rng) {
  Tensor u = rand(shape, rng, dtype);
  visit_floating(dtype, [&]<class T>() {
    T* values = u.mutable_data<T>();
    for (int64_t i = 0; i < u.size(); ++i) {
      const T centred = values[i] - T(0.5);
      values[i] = T(2) * centred + (centred < 0 ? T(-0.5) : T(0.5));
    }
  });
  return u;
}

}  // namespace

std::string input_name(std::span<const std::string> names, size_t i) {
  return i < names.size() ? names[i] : fmt::format("input {}", i);
}

NestedGradient::NestedGradient(OutputsFn f, std::span<const Tensor> inputs, int depth, Rng& rng,
                               std::vector<std::string> names)
    : f_(f), names_(std::move(names)) {
  for (const Tensor& x : inputs) arguments_.push_back(x.detach().clone());
  for (int level = 0;; ++level) {
    arguments_of_.push_back(arguments_.size());
    const std::vector<Tensor> outputs = values(arguments_);
    outputs_of_.push_back(outputs.size());
    if (level == depth) break;
    for (const Tensor& y : outputs) arguments_.push_back(random_weight(y.shape(), y.dtype(), rng));
  }
}

std::string NestedGradient::argument_name(size_t i) const {
  if (i < arguments_of_[0]) return input_name(names_, i);
  int level = 1;
  while (i >= arguments_of_[static_cast<size_t>(level)]) ++level;
  if (level == 1)
    return outputs_of_[0] == 1 ? "grad_output" : fmt::format("grad_output {}", i - arguments_of_[0]);
  return "grad_output of " + output_name(level - 1, i - arguments_of_[static_cast<size_t>(level) - 1]);
}

std::string NestedGradient::output_name(int level, size_t j) const {
  if (level == 0) return outputs_of_[0] == 1 ? "output" : fmt::format("output {}", j);
  for (size_t i = 0;; ++i) {
    if (is_variable(arguments_[i]) && j-- == 0) return "the gradient of " + argument_name(i);
  }
}

std::vector<Tensor> NestedGradient::values(std::span<const Tensor> arguments) const {
  std::vector<Tensor> outputs;
  if (depth() == 0) {
    NoGrad guard;
    outputs = evaluate(0, arguments, false);
  } else {
    Tape tape;
    outputs = evaluate(depth(), leaves(arguments), false);
  }
  for (Tensor& y : outputs) y = y.detach();
  return outputs;
}

std::vector<Tensor> NestedGradient::recorded(std::span<const Tensor> arguments) const {
  return evaluate(depth(), arguments, true);
}

std::vector<Tensor> NestedGradient::leaves(std::span<const Tensor> arguments) {
  std::vector<Tensor> out;
  for (const Tensor& x : arguments) out.push_back(is_variable(x) ? x.detach().clone().requires_grad_() : x);
  return out;
}

std::vector<Tensor> NestedGradient::pull_back(std::span<const Tensor> ys, std::span<const Tensor> us,
                                              std::span<const Tensor> xs, bool record) {
  std::vector<Tensor> variables;
  std::copy_if(xs.begin(), xs.end(), std::back_inserter(variables), is_variable);
  std::vector<Tensor> sums(variables.size());
  for (size_t j = 0; j < ys.size(); ++j) {
    if (!ys[j].requires_grad()) continue;
    const Tensors gradients =
        grad(ys[j], variables, {.grad_output = us[j], .create_graph = record, .retain_graph = true});
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] = sums[i].defined() ? add(sums[i], gradients[i]) : gradients[i];
  }
  for (size_t i = 0; i < sums.size(); ++i) {
    if (!sums[i].defined()) sums[i] = zeros_like(variables[i]);
  }
  return sums;
}

std::vector<Tensor> NestedGradient::evaluate(int level, std::span<const Tensor> arguments,
                                             bool record) const {
  if (level == 0) {
    const Tensors ys = f_(arguments);
    if (ys.empty() ||
        !std::ranges::all_of(ys, [](const Tensor& y) { return y.defined() && is_floating(y.dtype()); }))
      throw Error(
          "the function under check returned no f64 tensor. Hint: return the tensor to differentiate");
    return {ys.begin(), ys.end()};
  }
  const auto below = arguments_of_[static_cast<size_t>(level) - 1];
  const std::vector<Tensor> ys = evaluate(level - 1, arguments.first(below), true);
  return pull_back(ys, arguments.subspan(below), arguments.first(below), record);
}

}  // namespace gradzoo
