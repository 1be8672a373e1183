#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/state/checkpoint.h"

/// Modules, as PyTorch's torch.nn.Module: parts of a model that own named parameters. Also the functions
/// that take a module: functional_call(), and save() and load() for files of weights.
namespace gradzoo {

/// A parameter or buffer, under its full name.
struct NamedTensor {
  std::string name;  ///< "decoder.hidden.weight"
  Tensor tensor;     ///< the handle that the module has
};

/// A part of a model that owns parameters and knows their names, its children's prefixed by the child's name:
/// `decoder.hidden.weight`. Neither copied nor moved, so that a parent can keep a member's address.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// y = module(x), or module(x, time, label): whichever of the two functions below the module has.
  template <std::same_as<Tensor>... More>
  Tensor operator()(const Tensor& x, const More&... more) const {
    if constexpr (sizeof...(More) == 0) {
      return forward(x);
    } else {
      const Tensor inputs[] = {x, more...};
      return forward_all(inputs);
    }
  }
  /// The module as a function of one tensor; throws Error if the module does not take one.
  virtual Tensor forward(const Tensor& x) const;
  /// The module as a function of several tensors, in the order that it documents. By default it takes one and
  /// calls forward(x).
  virtual Tensor forward_all(std::span<const Tensor> inputs) const;

  /// Own parameters first, then each child's, in the order of their registration.
  std::vector<NamedTensor> named_parameters() const;
  /// The same tensors without names, for an optimiser. One that is registered under two names comes once.
  std::vector<Tensor> parameters() const;
  /// Buffers: tensors in the State that are not parameters and have no gradient, named and ordered as
  /// parameters are.
  std::vector<NamedTensor> named_buffers() const;
  /// Called after each step of the learner: updates the buffers from the parameters, or from what the step's
  /// batch has left, here and in every child.
  void update_buffers() const;

 protected:
  /// Makes `tensor` a leaf whose gradient is wanted, names it and returns it: `w_ = register_parameter("w",
  /// ...)`. Throws for a name that is empty, dotted or taken, as the two below.
  Tensor register_parameter(const std::string& name, Tensor tensor);
  /// Names a tensor that do_update_buffers changes in place.
  void register_buffer(const std::string& name, Tensor tensor);
  /// Takes the child's parameters in under `name.`; the child must live as long as this module.
  void register_module(const std::string& name, Module& child);

 private:
  virtual void do_update_buffers() const {}
  void check_name(const std::string& name) const;
  std::vector<NamedTensor> with_children(std::vector<NamedTensor> Module::*own) const;

  std::vector<NamedTensor> parameters_, buffers_;
  std::vector<std::pair<std::string, Module*>> children_;
};

/// module(x) with parameters[i] in the place of module.parameters()[i], as PyTorch's
/// torch.func.functional_call: differentiable in them, and in what else the module reads, to any order. The
/// module is as before afterwards; while the call lasts no other thread may use it. Throws Error for another
/// number of them, and for another shape or dtype.
Tensor functional_call(const Module& module, std::span<const Tensor> parameters, const Tensor& x);
/// The same of a module that takes several tensors.
Tensor functional_call(const Module& module, std::span<const Tensor> parameters,
                       std::span<const Tensor> inputs);

///@{
/// With other tensors for those parameters and buffers that are named; the others stay. Throws Error for a
/// name that the module does not have, or that comes twice.
Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters, const Tensor& x);
Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters,
                       std::span<const Tensor> inputs);
///@}

/// Writes all parameters and buffers by their names, atomically, as a safetensors file. Python reads it
/// as a state_dict with safetensors.torch.load_file.
void save(const Module& module, const std::string& path);

/// Reads them back into a module of the same structure, in place: every handle and optimiser follows. Throws
/// Error, before anything changes, where the file is damaged, lacks one of them, has one of another shape or
/// dtype, or has more; unless `options.partial`: then more is allowed, as in a checkpoint of a training.
void load(Module& module, const std::string& path, const LoadOptions& options = {});

}  // namespace gradzoo
