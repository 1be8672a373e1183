#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "autograd/functional/substitution.h"
#include "gradzoo/base/text.h"
#include "gradzoo/nn/layers/module.h"

namespace gradzoo {
namespace {

// The module's tensor of that name.
Tensor find_tensor(std::span<const NamedTensor> all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &NamedTensor::name);
  if (found != all.end()) return found->tensor;
  std::vector<std::string> names;
  for (const NamedTensor& t : all) names.push_back(t.name);
  throw Error("functional_call: the module has no '{}'. {}", name, did_you_mean(name, names));
}

Tensor call_with(const Module& module, std::span<const Tensor> tensors, std::span<const Tensor> values,
                 std::span<const Tensor> inputs) {
  const Substitution substitution(tensors, values);
  return substitution.result(module.forward_all(inputs));
}

}  // namespace

Tensor functional_call(const Module& module, std::span<const Tensor> parameters,
                       std::span<const Tensor> inputs) {
  const std::vector<Tensor> own = module.parameters();
  if (parameters.size() != own.size()) {
    throw Error(
        "functional_call: {} tensors for {} parameters. Hint: pass one for each of module.parameters(), or "
        "named ones",
        parameters.size(), own.size());
  }
  return call_with(module, own, parameters, inputs);
}

Tensor functional_call(const Module& module, std::span<const Tensor> parameters, const Tensor& x) {
  return functional_call(module, parameters, {&x, 1});
}

Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters,
                       std::span<const Tensor> inputs) {
  std::vector<NamedTensor> all = module.named_parameters();
  std::ranges::copy(module.named_buffers(), std::back_inserter(all));
  std::vector<Tensor> tensors, values;
  for (const NamedTensor& p : parameters) {
    tensors.push_back(find_tensor(all, p.name));
    values.push_back(p.tensor);
    const auto is_it = [&](const Tensor& t) { return t.impl() == tensors.back().impl(); };
    if (!std::none_of(tensors.begin(), tensors.end() - 1, is_it))
      throw Error("functional_call: '{}' is given twice. Hint: pass tied parameters once", p.name);
  }
  return call_with(module, tensors, values, inputs);
}

Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters, const Tensor& x) {
  return functional_call(module, parameters, {&x, 1});
}

}  // namespace gradzoo
