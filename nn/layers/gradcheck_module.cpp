#include "gradzoo/nn/layers/gradcheck_module.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "gradzoo/nn/layers/module.h"

namespace gradzoo {
namespace {

// The inputs' names, then those of module.parameters().
std::vector<std::string> argument_names(const Module& module, std::span<const Tensor> inputs,
                                        const GradcheckOptions& options) {
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs.size(); ++i) names.push_back(input_name(options.inputs, i));
  const std::vector<NamedTensor> named = module.named_parameters();
  for (const Tensor& p : module.parameters()) {
    const auto is_it = [&](const NamedTensor& n) { return n.tensor.impl() == p.impl(); };
    names.push_back(std::ranges::find_if(named, is_it)->name);
  }
  return names;
}

}  // namespace

GradcheckResult check_orders(const Module& module, std::span<const Tensor> inputs, int first, int last,
                             const GradcheckOptions& options) {
  GradcheckOptions named = options;
  named.inputs = argument_names(module, inputs, options);
  if (options.name == GradcheckOptions().name) named.name = "module";
  std::vector<Tensor> arguments(inputs.begin(), inputs.end());
  std::ranges::copy(module.parameters(), std::back_inserter(arguments));
  for (size_t i = inputs.size(); i < arguments.size(); ++i) {
    if (arguments[i].dtype() == DType::f64) continue;
    throw Error(
        "gradcheck of {}: {} is {}, in which finite differences have errors of about 1e-3. Hint: build the "
        "module with DType::f64",
        named.name, named.inputs[i], dtype_name(arguments[i].dtype()));
  }
  const auto call = [&](std::span<const Tensor> xs) {
    return Tensors{functional_call(module, xs.subspan(inputs.size()), xs.first(inputs.size()))};
  };
  return check_orders(call, arguments, first, last, named);
}

}  // namespace gradzoo
