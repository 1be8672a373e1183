#include "gradzoo/nn/layers/module.h"

#include <algorithm>

namespace gradzoo {

Tensor Module::forward(const Tensor&) const {
  throw Error(
      "forward: this module does not take one tensor. Hint: pass as many as it takes, or call its own "
      "functions");
}

Tensor Module::forward_all(std::span<const Tensor> inputs) const {
  if (inputs.size() == 1) return forward(inputs.front());
  throw Error("forward: this module does not take {} tensors. Hint: pass one", inputs.size());
}

std::vector<NamedTensor> Module::named_parameters() const { return with_children(&Module::parameters_); }
std::vector<NamedTensor> Module::named_buffers() const { return with_children(&Module::buffers_); }

std::vector<NamedTensor> Module::with_children(std::vector<NamedTensor> Module::*own) const {
  std::vector<NamedTensor> all = this->*own;
  for (const auto& [name, child] : children_) {
    for (NamedTensor& t : child->with_children(own)) all.push_back({name + "." + t.name, t.tensor});
  }
  return all;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> all;
  for (const NamedTensor& p : named_parameters()) {
    const auto is_it = [&](const Tensor& earlier) { return earlier.impl() == p.tensor.impl(); };
    if (std::ranges::none_of(all, is_it)) all.push_back(p.tensor);
  }
  return all;
}

void Module::update_buffers() const {
  do_update_buffers();
  for (const auto& [name, child] : children_) child->update_buffers();
}

void Module::check_name(const std::string& name) const {
  if (name.empty() || name.find('.') != std::string::npos)
    throw Error("register: '{}' cannot name a part of a module. Hint: use a word without dots", name);
  const auto is_it = [&](const NamedTensor& t) { return t.name == name; };
  const bool taken =
      std::ranges::any_of(parameters_, is_it) || std::ranges::any_of(buffers_, is_it) ||
      std::any_of(children_.begin(), children_.end(), [&](const auto& c) { return c.first == name; });
  if (taken) throw Error("register: '{}' is registered twice. Hint: choose another name", name);
}

Tensor Module::register_parameter(const std::string& name, Tensor tensor) {
  check_name(name);
  if (!tensor.defined())
    throw Error("register: parameter '{}' is undefined. Hint: assign its values first", name);
  tensor.requires_grad_().named(name);
  parameters_.push_back({name, tensor});
  return tensor;
}

void Module::register_buffer(const std::string& name, Tensor tensor) {
  check_name(name);
  buffers_.push_back({name, std::move(tensor)});
}

void Module::register_module(const std::string& name, Module& child) {
  check_name(name);
  std::vector<const Module*> below = {&child};
  while (!below.empty()) {
    const Module& one = *below.back();
    below.pop_back();
    if (&one == this)
      throw Error("module: '{}' has this module as a part. Hint: a child does not register its parent", name);
    for (const auto& [_, part] : one.children_) below.push_back(part);
  }
  children_.emplace_back(name, &child);
  for (NamedTensor& p : child.named_parameters()) p.tensor.named(name + "." + p.name);
}

namespace {

State state_of(const Module& module) {
  State state;
  for (const NamedTensor& p : module.named_parameters()) state.add(p.name, p.tensor);
  for (const NamedTensor& b : module.named_buffers()) state.add(b.name, b.tensor);
  return state;
}

}  // namespace

void save(const Module& module, const std::string& path) { save_checkpoint(path, state_of(module)); }

void load(Module& module, const std::string& path, const LoadOptions& options) {
  State state = state_of(module);
  load_checkpoint(path, state, options);
}

}  // namespace gradzoo
