#pragma once

#include <span>

#include "nn/layers/module.h"

/// A module as a function of its parameters, as PyTorch's torch.func.functional_call: differentiable in them,
/// and in what else the module reads, to any order. The module is as before afterwards; while the call lasts
/// no other thread may use it.
namespace gradzoo {

/// module(x) with parameters[i] in the place of module.parameters()[i]. Throws Error for another number of
/// them, and for another shape or dtype.
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

}  // namespace gradzoo
