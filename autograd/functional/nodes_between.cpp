#include "autograd/functional/nodes_between.h"

#include "gradzoo/autograd/op.h"

namespace gradzoo {

NodeMask nodes_between(const Tensor& x, const Tensor& y) {
  if (!is_alive(x.impl()->record) || !is_alive(y.impl()->record)) return {};
  NodeList& nodes = tape_state().nodes;
  const int64_t first = x.impl()->record.index, last = y.impl()->record.index;
  if (last < first) return {};
  const auto slot = [&](int64_t index) { return static_cast<size_t>(index - first); };
  NodeMask reached(slot(last) + 1), between(slot(last) + 1);
  reached[0] = between[slot(last)] = 1;
  const auto for_inputs = [&](const Node& node, auto&& visit) {
    for (int i = 0; i < node.n_inputs; ++i) {
      const int64_t input = node.inputs[static_cast<size_t>(i)];
      if (input >= first) visit(slot(input));
    }
  };
  for (int64_t index = first + 1; index <= last; ++index) {
    for_inputs(nodes[index], [&](size_t input) {
      if (reached[input]) reached[slot(index)] = 1;
    });
  }
  if (!reached[slot(last)]) return {};
  for (int64_t index = last; index > first; --index) {
    between[slot(index)] &= reached[slot(index)];
    if (between[slot(index)]) for_inputs(nodes[index], [&](size_t input) { between[input] = 1; });
  }
  return between;
}

const Node* find_node_between(const Tensor& x, const Tensor& y, FunctionRef<bool(const Node&)> wanted) {
  const auto between = nodes_between(x, y);
  for (size_t i = 1; i < between.size(); ++i) {
    const Node& node = tape_state().nodes[x.impl()->record.index + static_cast<int64_t>(i)];
    if (between[i] && wanted(node)) return &node;
  }
  return nullptr;
}

}  // namespace gradzoo
