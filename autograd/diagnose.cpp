#include "autograd/diagnose.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

bool is_bad(const Tensor& t) { return t.defined() && is_floating(t.dtype()) && !all_finite(t); }

// "(100,10) in [0, 3.5]", the range over the finite values.
std::string describe(const Tensor& t) {
  double low = INFINITY, high = -INFINITY;
  for (double v : t.to_vector()) {
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
  const std::string name = t.name().empty() ? "" : fmt::format("'{}' ", t.name());
  if (low > high) return fmt::format("{}{} with no finite value", name, t.shape().str());
  return fmt::format("{}{} in [{:.4g}, {:.4g}]", name, t.shape().str(), low, high);
}

std::string describe_inputs(const Node& node, const Trace& trace) {
  std::string text;
  for (int i = 0; i < node.n_inputs; ++i) {
    const Tensor& in = trace.inputs[static_cast<size_t>(i)];
    if (in.defined()) text += (text.empty() ? " from " : " and ") + describe(in);
  }
  return text;
}

}  // namespace

std::string first_non_finite() {
  TapeState& s = tape_state();
  const auto n = static_cast<int64_t>(trace_log().nodes.size());
  for (int64_t i = s.mode.mark; i < n; ++i) {
    if (!is_bad(trace_of(i).output)) continue;
    const Node& node = s.nodes[i];
    if (node.op == &leaf_info()) return fmt::format("the value of {}", describe(node.leaf()));
    return fmt::format("{}, forward (node {}){}", node.op->name, i, describe_inputs(node, trace_of(i)));
  }
  // A bad adjoint was made by the rule of a node that read it: the latest bad one in sweep order has a
  // consumer whose own is finite.
  for (int64_t i = n - 1; i >= s.mode.mark; --i) {
    if (!is_bad(trace_of(i).adjoint)) continue;
    for (int64_t user = n - 1; user > i; --user) {
      const Node& node = s.nodes[user];
      const auto end = node.inputs.begin() + node.n_inputs;
      if (std::find(node.inputs.begin(), end, i) == end || !trace_of(user).adjoint.defined()) continue;
      return fmt::format("{}, backward (node {}){}", node.op->name, user,
                         describe_inputs(node, trace_of(user)));
    }
    return fmt::format("the gradient that the sweep began with, at {} (node {})", s.nodes[i].op->name, i);
  }
  return "";
}

}  // namespace gradzoo
