#include "autograd/tape.h"

#include <atomic>

#include "autograd/op.h"
#include "autograd/trace.h"

namespace gradzoo {

TapeState& tape_state() {
  thread_local TapeState* state = new TapeState;  // never destroyed: see the pool
  return *state;
}

bool is_recording() { return tape_state().mode.recording; }

ModeScope::ModeScope() : outer_(tape_state().mode) {}
ModeScope::~ModeScope() { tape_state().mode = outer_; }

NoGrad::NoGrad() { tape_state().mode.recording = false; }

Tape::Tape(TapeOptions options) : mark_(tape_state().nodes.size()), visit_mark_(trace_log().visits.size()) {
  Mode& mode = tape_state().mode;
  mode.mark = mark_;
  mode.recording = true;
  mode.tracing = mode.tracing || options.trace;
}

Tape::~Tape() {
  tape_state().nodes.truncate(mark_);
  trace_log().truncate(mark_, visit_mark_);
}

int64_t Tape::end() const { return tape_state().nodes.size(); }

Node& NodeList::push() {
  if (next_serial_ == 0) {
    static std::atomic<uint64_t> threads{0};
    next_serial_ = (threads.fetch_add(1) << 44) + 1;  // a record of another thread is never alive here
  }
  if (size_ == static_cast<int64_t>(chunks_.size()) * kChunk) chunks_.push_back(new Node[kChunk]);
  Node& node = (*this)[size_++];
  node.serial = next_serial_++;
  return node;
}

void NodeList::truncate(int64_t size) {
  while (size_ > size) {
    Node& node = (*this)[--size_];
    node.serial = 0;
    if (!node.released) node.saved.fill(Tensor());
    node.released = false;
  }
}

bool is_alive(const Record& record) {
  if (record.serial == 0) return false;
  NodeList& nodes = tape_state().nodes;
  return record.index < nodes.size() && nodes[record.index].serial == record.serial;
}

int64_t track(const Tensor& t, const char* op) {
  Tensor::Impl& impl = *t.impl();
  if (is_alive(impl.record)) return impl.record.index;
  if (impl.requires_grad) {
    TapeState& s = tape_state();
    Node& node = s.nodes.push();
    node.op = &leaf_info();
    node.shape = impl.shape;
    node.dtype = impl.dtype;
    node.n_inputs = 0;
    node.sweep = s.mode.sweep;
    node.origin = s.mode.origin;
    node.saved[kMaxInputs] = t;
    impl.record = {s.nodes.size() - 1, node.serial};
    if (s.mode.tracing) trace_node(impl.record.index, Inputs(nullptr, 0), t);
    return impl.record.index;
  }
  if (impl.record.serial != 0) {
    throw Error("{}: operand {} was recorded on a tape that has ended: its history is gone. Hint: detach()",
                op, t.label());
  }
  return -1;
}

}  // namespace gradzoo
