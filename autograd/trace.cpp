#include "gradzoo/autograd/trace.h"

#include "base/per_thread.h"

namespace gradzoo {

void TraceLog::truncate(int64_t node, size_t visit) {
  if (static_cast<int64_t>(nodes.size()) > node) nodes.resize(static_cast<size_t>(node));
  visits.resize(visit);
}

TraceLog& trace_log() { return PerThread<TraceLog>::get_or_new(); }

Trace& trace_of(int64_t index) {
  std::vector<Trace>& nodes = trace_log().nodes;
  if (static_cast<int64_t>(nodes.size()) <= index) nodes.resize(static_cast<size_t>(index) + 1);
  return nodes[static_cast<size_t>(index)];
}

void trace_node(int64_t index, Inputs in, const Tensor& out) {
  Trace& trace = trace_of(index);
  for (int i = 0; i < in.size(); ++i) trace.inputs[static_cast<size_t>(i)] = in[i];
  trace.output = out;
  trace.composite = trace_log().composite;
  trace.call = trace_log().call;
}

CompositeScope::CompositeScope(const Composite& composite) {
  if (!tape_state().mode.tracing || trace_log().composite) return;
  trace_log().composite = &composite;
  trace_log().call = tape_state().nodes.size();
  opened_ = true;
}

CompositeScope::~CompositeScope() {
  if (opened_) trace_log().composite = nullptr;
}

void trace_visit(int64_t index, bool first, const Tensor& adjoint) {
  trace_of(index).adjoint = adjoint;
  const int64_t made = tape_state().nodes.size();
  trace_log().visits.push_back(
      {.node = index, .first = first, .adjoint = adjoint, .made_begin = made, .made_end = made});
}

void trace_give(int i, const Tensor& gradient, const Tensor& total) {
  Visit& visit = trace_log().visits.back();
  visit.gives[static_cast<size_t>(i)] = gradient;
  visit.totals[static_cast<size_t>(i)] = total;
}

void trace_visit_end() { trace_log().visits.back().made_end = tape_state().nodes.size(); }

}  // namespace gradzoo
