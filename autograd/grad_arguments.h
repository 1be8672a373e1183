#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

/// What grad and backward are asked for, looked up on the tape; what cannot be asked for throws Error.
namespace gradzoo {

using NodeIndices = std::vector<int64_t, PoolAllocator<int64_t>>;

/// The node of y, which was recorded or is a leaf.
int64_t node_of_output(const Tensor& y);

/// dL/dy: grad_output, or 1 for a y of one element.
Tensor seed_of(const Tensor& y, const Tensor& grad_output);

/// The node of each x; -1 for a leaf that no op has met.
NodeIndices nodes_of_inputs(std::span<const Tensor> xs);

}  // namespace gradzoo
