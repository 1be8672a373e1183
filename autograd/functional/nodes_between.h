#pragma once

#include <vector>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

using NodeMask = std::vector<char, PoolAllocator<char>>;

/// Marks, of the nodes from that of x to that of y, those that lie on a way from x to y: the first entry
/// stands for the node of x. Empty where there is no way.
NodeMask nodes_between(const Tensor& x, const Tensor& y);

/// The first node on the way from x to y, both recorded, that the predicate wants; null where there is none.
const Node* find_node_between(const Tensor& x, const Tensor& y, FunctionRef<bool(const Node&)> wanted);

}  // namespace gradzoo
