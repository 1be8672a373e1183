#include "autograd/op.h"

#include <cstring>

#include "autograd/trace.h"

namespace gradzoo {

const OpInfo& leaf_info() {
  static constexpr OpInfo kLeaf{.name = "leaf", .formula = "a value whose gradient is wanted"};
  return kLeaf;
}

namespace detail {
namespace {

void check_operands(const OpInfo& info, Inputs in) {
  const Tensor* value = nullptr;
  for (int i = 0; i < in.size(); ++i) {
    const Tensor& t = in[i];
    if (!t.defined()) {
      throw Error("{}: operand {} is undefined. Hint: assign it a value first", info.name, i);
    }
    const Role role = info.roles[i];
    if (role != Role::value) {
      const DType wanted = role == Role::index ? DType::i64 : DType::u8;
      if (t.dtype() == wanted) continue;
      throw Error("{}: operand {} must hold {}, not {}. Hint: cast(x, DType::{})", info.name, i,
                  dtype_name(wanted), dtype_name(t.dtype()), dtype_name(wanted));
    }
    if (!is_floating(t.dtype())) {
      throw Error("{}: operand {} holds {}, which takes no part in arithmetic. Hint: cast(x, DType::f32)",
                  info.name, i, dtype_name(t.dtype()));
    }
    if (value && value->dtype() != t.dtype()) {
      throw Error("{}: operands of two dtypes, {} {} and {} {}. Hint: cast one of them", info.name,
                  dtype_name(value->dtype()), value->shape().str(), dtype_name(t.dtype()), t.shape().str());
    }
    value = &t;
  }
}

// Copies the op and what its gradients read into a new node.
void record(const OpInfo& info, const void* op, Inputs in, const std::array<int64_t, kMaxInputs>& tracked,
            Tensor& out) {
  TapeState& s = tape_state();
  Node& node = s.nodes.push();
  node.op = &info;
  node.shape = out.shape();
  node.dtype = out.dtype();
  node.sweep = s.mode.sweep;
  node.origin = s.mode.origin;
  node.n_inputs = in.size();
  node.inputs = tracked;
  std::memcpy(node.attributes.data(), op, info.attribute_bytes);
  unsigned reads = 0;
  for (int i = 0; i < in.size(); ++i) {
    if (tracked[static_cast<size_t>(i)] >= 0) reads |= info.saves[i];
  }
  for (int slot = 0; slot <= kMaxInputs; ++slot) {
    if (!((reads >> slot) & 1u)) continue;
    const auto k = static_cast<size_t>(slot);
    node.saved[k] = slot == kMaxInputs ? out : in[slot];
    node.versions[k] = node.saved[k].version();
    node.saved[k].impl()->storage->saved_by = node.serial;
  }
  out.impl()->record = {s.nodes.size() - 1, node.serial};
  if (s.mode.tracing) trace_node(s.nodes.size() - 1, in, out);
}

}  // namespace

Tensor run(const OpInfo& info, const void* op, Inputs in) {
  check_operands(info, in);
  std::array<int64_t, kMaxInputs> tracked{-1, -1, -1, -1};
  bool any = false;
  if (is_recording()) {
    for (int i = 0; i < in.size(); ++i) {
      if (info.roles[i] != Role::value) continue;
      tracked[static_cast<size_t>(i)] = track(in[i], info.name);
      any = any || tracked[static_cast<size_t>(i)] >= 0;
    }
  }
  Tensor out;
  if (info.alias) {
    out = info.alias(op, in);
  } else {
    int value = 0;
    while (value + 1 < in.size() && info.roles[value] != Role::value) ++value;
    out = empty(info.shape(op, in), in[value].dtype());
    info.forward(op, in, out);
  }
  if (any) record(info, op, in, tracked, out);
  return out;
}

}  // namespace detail
}  // namespace gradzoo
