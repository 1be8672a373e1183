#pragma once

#include <vector>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

using NodeMask = std::vector<char, PoolAllocator<char>>;

/// Marks the nodes on a path from x to y; the first entry is the node of x, the last one the node of y.
/// Without a path the mask is empty.
NodeMask nodes_between(const Tensor& x, const Tensor& y);

/// Returns the first node on a path from x to y, both recorded, that the predicate accepts, or null.
const Node* find_node_between(const Tensor& x, const Tensor& y, FunctionRef<bool(const Node&)> wanted);

}  // namespace gradzoo
