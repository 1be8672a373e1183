#include "gradzoo/autograd/mode.h"

#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {

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

}  // namespace gradzoo
