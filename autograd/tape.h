#pragma once

#include <cstdint>

#include "gradzoo/autograd/mode.h"
#include "gradzoo/autograd/node.h"

namespace gradzoo {

/// What a tape keeps.
struct TapeOptions {
  bool trace = false;  ///< keep all operands, outputs and adjoints: for the explorer and error reports
};

/// Records while alive. A tape is a scope on its thread's node list: inner tapes see outer nodes; the end of
/// a tape forgets its own. It ends on the thread that began it.
class [[nodiscard]] Tape {
 public:
  [[nodiscard]] explicit Tape(TapeOptions options = {});  ///< opens the scope: ops record from here on

  int64_t begin() const { return mark_; }         ///< index of this tape's first node
  int64_t end() const;                            ///< one past the newest node
  int64_t size() const { return end() - mark_; }  ///< nodes recorded and kept

 private:
  ModeScope outer_;
  int64_t mark_;
};

/// Nothing records while alive; a Tape inside records again.
class [[nodiscard]] NoGrad {
 public:
  [[nodiscard]] NoGrad();

 private:
  ModeScope outer_;
};

/// True where an op with a tracked input would be recorded.
bool is_recording();

/// The engine's state on one thread.
struct TapeState {
  TapeState();

  NodeList nodes;                  ///< the thread's list
  Mode mode;                       ///< what it is doing
  ModeScope* innermost = nullptr;  ///< the scope that ends first
};
TapeState& tape_state();  ///< of the calling thread

bool is_alive(const Record& record);  ///< whether the node that a tensor points at is still on the list

/// The node of a tensor, or -1 where it is not tracked. Registers a leaf at its first use. Throws where a
/// result's history is gone, and where another thread's live tape has met the leaf.
int64_t track(const Tensor& t, const char* op);

}  // namespace gradzoo
