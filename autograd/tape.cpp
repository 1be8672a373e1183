#include "autograd/tape.h"

#include <atomic>

#include <fmt/format.h>

#include "autograd/op.h"

namespace gradzoo {

TapeState& tape_state() {
  thread_local TapeState* state = new TapeState;  // never destroyed: see the pool
  return *state;
}

bool is_recording() { return tape_state().recording; }

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

Tape::Tape(TapeOptions options)
    : mark_(tape_state().nodes.size()),
      visit_mark_(tape_state().visits.size()),
      outer_mark_(tape_state().mark),
      outer_recording_(tape_state().recording),
      outer_tracing_(tape_state().tracing) {
  TapeState& s = tape_state();
  s.mark = mark_;
  s.recording = true;
  s.tracing = s.tracing || options.trace;
}

Tape::~Tape() {
  TapeState& s = tape_state();
  s.nodes.truncate(mark_);
  if (static_cast<int64_t>(s.traces.size()) > mark_) s.traces.resize(static_cast<size_t>(mark_));
  s.visits.resize(visit_mark_);
  s.mark = outer_mark_;
  s.recording = outer_recording_;
  s.tracing = outer_tracing_;
}

int64_t Tape::end() const { return tape_state().nodes.size(); }

NoGrad::NoGrad() : outer_recording_(tape_state().recording) { tape_state().recording = false; }
NoGrad::~NoGrad() { tape_state().recording = outer_recording_; }

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
    node.sweep = s.sweep;
    node.origin = s.origin;
    node.saved[kMaxInputs] = t;
    impl.record = {s.nodes.size() - 1, node.serial};
    if (s.tracing) trace_of(impl.record.index).output = t;
    return impl.record.index;
  }
  if (impl.record.serial != 0) {
    throw Error(fmt::format(
        "{}: an operand {}{} was recorded on a tape that has ended: its history is gone. Hint: detach()", op,
        t.name(), impl.shape.str()));
  }
  return -1;
}

Trace& trace_of(int64_t index) {
  std::vector<Trace>& traces = tape_state().traces;
  if (static_cast<int64_t>(traces.size()) <= index) traces.resize(static_cast<size_t>(index) + 1);
  return traces[static_cast<size_t>(index)];
}

}  // namespace gradzoo
