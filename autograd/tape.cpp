#include "gradzoo/autograd/tape.h"

#include "autograd/refusals.h"
#include "base/per_thread.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {

TapeState::TapeState() {
  set_trim_hook([] { tape_state().nodes.trim(); });
}

TapeState& tape_state() { return PerThread<TapeState>::get_or_new(); }

bool is_recording() { return tape_state().mode.recording; }

NoGrad::NoGrad() { tape_state().mode.recording = false; }

Tape::Tape(TapeOptions options) : mark_(tape_state().nodes.size()) {
  outer_.cut_back_to(mark_, trace_log().visits.size());
  Mode& mode = tape_state().mode;
  mode.mark = mark_;
  mode.recording = true;
  mode.tracing = mode.tracing || options.trace;
}

int64_t Tape::end() const { return tape_state().nodes.size(); }

bool is_alive(const Record& record) {
  if (record.serial == 0) return false;
  NodeList& nodes = tape_state().nodes;
  return record.index < nodes.size() && nodes[record.index].serial == record.serial;
}

namespace {

int64_t push_leaf(const Tensor& t) {
  TapeState& s = tape_state();
  Node& node = s.nodes.push();
  node.op = &leaf_info();
  node.shape = t.shape();
  node.dtype = t.dtype();
  node.n_inputs = 0;
  node.sweep = s.mode.sweep;
  node.origin = s.mode.origin;
  node.saved[kMaxInputs] = t;
  const int64_t index = s.nodes.size() - 1;
  t.impl()->record = {index, node.serial};
  if (s.mode.tracing) trace_node(index, Inputs(nullptr, 0), t);
  return index;
}

}  // namespace

int64_t track(const Tensor& t, const char* op) {
  const Tensor::Impl& impl = *t.impl();
  if (is_alive(impl.record)) return impl.record.index;
  if (impl.record.serial != 0) refuse_dead_record(t, op);
  return impl.requires_grad ? push_leaf(t) : -1;
}

}  // namespace gradzoo
