#include "nn/layers/module.h"

#include <algorithm>

#include <fmt/format.h>

namespace gradzoo {

Tensor Module::forward(const Tensor&) const {
  throw Error(
      "forward: this module is no function of one tensor. Hint: give it as many as it takes, or call its own "
      "functions");
}

Tensor Module::forward_all(std::span<const Tensor> inputs) const {
  if (inputs.size() == 1) return forward(inputs.front());
  throw Error("forward: this module is no function of {} tensors. Hint: one", inputs.size());
}

std::vector<NamedTensor> Module::named_parameters() const {
  std::vector<NamedTensor> all = parameters_;
  for (const auto& [name, child] : children_) {
    for (NamedTensor& p : child->named_parameters()) all.push_back({name + "." + p.name, p.tensor});
  }
  return all;
}

void Module::check_name(const std::string& name) const {
  if (name.empty() || name.find('.') != std::string::npos) {
    throw Error(
        fmt::format("register: '{}' cannot name a part of a module. Hint: a word without dots", name));
  }
  const bool taken =
      std::any_of(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.name == name; }) ||
      std::any_of(children_.begin(), children_.end(), [&](const auto& c) { return c.first == name; });
  if (taken) throw Error(fmt::format("register: '{}' is registered twice. Hint: choose another name", name));
}

void Module::register_parameter(const std::string& name, Tensor tensor) {
  check_name(name);
  if (!tensor.defined()) {
    throw Error(fmt::format("register: parameter '{}' is undefined. Hint: assign its values first", name));
  }
  tensor.requires_grad_().named(name);
  parameters_.push_back({name, std::move(tensor)});
}

void Module::register_module(const std::string& name, Module& child) {
  check_name(name);
  children_.emplace_back(name, &child);
  for (NamedTensor& p : child.named_parameters()) p.tensor.named(name + "." + p.name);
}

}  // namespace gradzoo
