#include "autograd/tape.h"

#include <atomic>

#include "autograd/op.h"
#include "autograd/trace.h"
#include "base/per_thread.h"

namespace gradzoo {

TapeState::TapeState() {
  set_trim_hook([] { tape_state().nodes.trim(); });
}

TapeState& tape_state() { return PerThread<TapeState>::get_or_new(); }

bool is_recording() { return tape_state().mode.recording; }

ModeScope::ModeScope() : outer_(tape_state().mode), below_(tape_state().innermost) {
  if (below_) below_->above_ = this;
  tape_state().innermost = this;
}

void ModeScope::cut_back_to(int64_t mark, size_t visit_mark) {
  mark_ = mark;
  visit_mark_ = visit_mark;
}

ModeScope::~ModeScope() {
  if (below_) below_->above_ = above_;
  if (above_) {
    above_->below_ = below_;
    above_->outer_ = outer_;
    if (mark_ >= 0) above_->cut_back_to(mark_, visit_mark_);
    return;
  }
  TapeState& state = tape_state();
  state.innermost = below_;
  state.mode = outer_;
  if (mark_ < 0) return;
  state.nodes.truncate(mark_);
  trace_log().truncate(mark_, visit_mark_);
}

NoGrad::NoGrad() { tape_state().mode.recording = false; }

Tape::Tape(TapeOptions options) : mark_(tape_state().nodes.size()) {
  outer_.cut_back_to(mark_, trace_log().visits.size());
  Mode& mode = tape_state().mode;
  mode.mark = mark_;
  mode.recording = true;
  mode.tracing = mode.tracing || options.trace;
}

int64_t Tape::end() const { return tape_state().nodes.size(); }

NodeList::~NodeList() {
  truncate(0);
  trim();
}

Node& NodeList::push() {
  if (next_serial_ == last_serial_) {
    // Threads take serials by the range, so a record of another thread is never alive here.
    static std::atomic<uint64_t> ranges{0};
    next_serial_ = (ranges.fetch_add(1) << 32) + 1;
    last_serial_ = next_serial_ + 0xffff'ffff - 1;
  }
  if (size_ == static_cast<int64_t>(chunks_.size()) * kChunk) chunks_.push_back(new Node[kChunk]);
  Node& node = (*this)[size_++];
  node.serial = next_serial_++;
  return node;
}

void NodeList::truncate(int64_t size) {
  while (size_ > size) {
    Node& node = (*this)[--size_];
    // A leaf that keeps a record is one that a live tape has met.
    if (node.op == &leaf_info() && node.leaf().impl()->record.serial == node.serial)
      node.leaf().impl()->record = {};
    node.serial = 0;
    if (node.state == Node::Saved::kept) node.saved.fill(Tensor());
    node.state = Node::Saved::kept;
  }
}

void NodeList::trim() {
  while (static_cast<int64_t>(chunks_.size()) * kChunk >= size_ + kChunk) {
    delete[] chunks_.back();
    chunks_.pop_back();
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
    if (impl.record.serial != 0) {
      throw Error(
          "{}: leaf {} is in use on a live tape of another thread. Hint: detach().requires_grad_() is a leaf "
          "of its own",
          op, t.label());
    }
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
