#include "gradzoo/autograd/op.h"

#include <cstring>

#include "autograd/refusals.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo::detail {
namespace {

/// The node of each operand, -1 where one is not tracked.
using Tracked = std::array<int64_t, kMaxInputs>;

// Keeps what the gradients of the tracked operands read, and nothing else.
void save(const OpInfo& info, Inputs in, const Tensor& out, Node& node) {
  unsigned reads = 0;
  for (int i = 0; i < in.size(); ++i) {
    if (node.inputs[static_cast<size_t>(i)] >= 0) reads |= info.saves[i];
  }
  for (int slot = 0; slot <= kMaxInputs; ++slot) {
    if (!((reads >> slot) & 1u)) continue;
    const auto k = static_cast<size_t>(slot);
    node.saved[k] = slot == kMaxInputs ? out : in[slot];
    node.versions[k] = node.saved[k].version();
    node.saved[k].impl()->storage->saved_by = node.serial;
  }
}

// Writes the op on the list, as a new node, and notes in its output where that node stands.
void record(const OpInfo& info, const void* op, Inputs in, const Tracked& tracked, Tensor& out) {
  TapeState& s = tape_state();
  Node& node = s.nodes.push();
  node.op = &info;
  std::memcpy(node.attributes.data(), op, info.attribute_bytes);
  node.shape = out.shape();
  node.dtype = out.dtype();
  node.n_inputs = in.size();
  node.inputs = tracked;
  node.sweep = s.mode.sweep;
  node.origin = s.mode.origin;
  save(info, in, out, node);
  out.impl()->record = {s.nodes.size() - 1, node.serial};
  if (s.mode.tracing) trace_node(s.nodes.size() - 1, in, out);
}

Tensor compute(const OpInfo& info, const void* op, Inputs in) {
  if (info.alias) return info.alias(op, in);
  int value = 0;
  while (value + 1 < in.size() && info.roles[value] != Role::value) ++value;
  Tensor out = empty(info.shape(op, in), in[value].dtype());
  info.forward(op, in, out);
  return out;
}

}  // namespace

Tensor run(const OpInfo& info, const void* op, Inputs in) {
  check_operands(info, in);
  Tracked tracked{-1, -1, -1, -1};
  bool any = false;
  if (is_recording()) {
    for (int i = 0; i < in.size(); ++i) {
      if (info.roles[i] != Role::value) continue;
      const int64_t index = track(in[i], info.name);
      tracked[static_cast<size_t>(i)] = index;
      any = any || index >= 0;
    }
  }
  Tensor out = compute(info, op, in);
  if (any) record(info, op, in, tracked, out);
  return out;
}

}  // namespace gradzoo::detail
