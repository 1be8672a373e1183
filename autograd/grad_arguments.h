#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

/// Looks up the arguments of grad() and backward() on the tape, and throws Error for invalid ones.
namespace gradzoo {

using NodeIndices = std::vector<int64_t, PoolAllocator<int64_t>>;

/// Returns the index of the node of y, which was recorded or is a leaf.
int64_t node_of_output(const Tensor& y);

/// Returns dL/dy: grad_output, or 1 if y has one element.
Tensor seed_of(const Tensor& y, const Tensor& grad_output);

/// Returns the index of the node of each x; -1 for a leaf that no op has used.
NodeIndices nodes_of_inputs(std::span<const Tensor> xs);

}  // namespace gradzoo
