#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/state/checkpoint.h"

/// Modules, as PyTorch's torch.nn.Module: parts of a model that own named parameters. This header also
/// declares functional_call(), and save() and load() for files of weights.
namespace gradzoo {

/// A parameter or buffer with its full name.
struct NamedTensor {
  std::string name;  ///< full name: "decoder.hidden.weight"
  Tensor tensor;     ///< handle to the module's tensor
};

/// A part of a model that owns named parameters and children. A child's name prefixes the names of its
/// parameters: `decoder.hidden.weight`. Modules cannot be copied or moved, because a parent keeps its
/// children's addresses.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// Calls forward(x), or forward_all() for several tensors: y = module(x), y = module(x, time, label).
  template <std::same_as<Tensor>... More>
  Tensor operator()(const Tensor& x, const More&... more) const {
    if constexpr (sizeof...(More) == 0) {
      return forward(x);
    } else {
      const Tensor inputs[] = {x, more...};
      return forward_all(inputs);
    }
  }
  /// Computes the output for one input; throws Error if the module does not take one tensor.
  virtual Tensor forward(const Tensor& x) const;
  /// Computes the output for several inputs, in the order that the module documents. The default takes one
  /// tensor and calls forward(x).
  virtual Tensor forward_all(std::span<const Tensor> inputs) const;

  /// Returns the module's parameters first, then each child's, in the order of registration.
  std::vector<NamedTensor> named_parameters() const;
  /// Returns the parameters without names, for an optimiser. A tensor with two names is returned once.
  std::vector<Tensor> parameters() const;
  /// Returns the buffers: tensors in the State that are not parameters and have no gradient, named and
  /// ordered as parameters.
  std::vector<NamedTensor> named_buffers() const;
  /// Updates the buffers of this module and its children from the parameters, or from the last batch. The
  /// learner calls it after each step.
  void update_buffers() const;

 protected:
  /// Makes `tensor` a leaf that requires a gradient, names and returns it: `w_ = register_parameter("w",
  /// ...)`. All three functions throw Error if the name is empty, has a dot or is taken.
  Tensor register_parameter(const std::string& name, Tensor tensor);
  /// Names a tensor that do_update_buffers changes in place.
  void register_buffer(const std::string& name, Tensor tensor);
  /// Adds a child; its name with a dot is the prefix of its parameters' names. The child must live as long as
  /// this module, and must not contain it.
  void register_module(const std::string& name, Module& child);

 private:
  virtual void do_update_buffers() const {}
  void check_name(const std::string& name) const;
  std::vector<NamedTensor> with_children(std::vector<NamedTensor> Module::*own) const;

  std::vector<NamedTensor> parameters_, buffers_;
  std::vector<std::pair<std::string, Module*>> children_;
};

/// Returns module(x), computed with parameters[i] instead of module.parameters()[i], as PyTorch's
/// torch.func.functional_call. The result is differentiable to any order with respect to these parameters and
/// the module's other inputs. The module is unchanged afterwards; no other thread may use it during the call.
/// Throws Error if the number, a shape or a dtype of the parameters differs.
Tensor functional_call(const Module& module, std::span<const Tensor> parameters, const Tensor& x);
/// Calls a module that takes several tensors.
Tensor functional_call(const Module& module, std::span<const Tensor> parameters,
                       std::span<const Tensor> inputs);

///@{
/// Replace only the named parameters and buffers. Throw Error if a name is unknown or given twice.
Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters, const Tensor& x);
Tensor functional_call(const Module& module, std::span<const NamedTensor> parameters,
                       std::span<const Tensor> inputs);
///@}

/// Writes all parameters and buffers with their names atomically as a safetensors file. In Python
/// safetensors.torch.load_file returns it as a state_dict.
void save(const Module& module, const std::string& path);

/// Reads a file of save() into a module of the same structure. Values change in place, so handles and
/// optimisers stay valid. Throws Error, before anything changes, if the file is damaged, lacks a tensor, or
/// has a tensor of another shape or dtype. Other tensors in the file, as in a checkpoint of a training, throw
/// Error unless `options.partial`.
void load(Module& module, const std::string& path, const LoadOptions& options = {});

}  // namespace gradzoo
