#pragma once

#include <cstdint>

#include "gradzoo/autograd/mode.h"
#include "gradzoo/autograd/node.h"

namespace gradzoo {

/// The options of a tape.
struct TapeOptions {
  bool trace = false;  ///< true: keep all operands, outputs and adjoints, for the explorer and error reports
};

/// A tape records ops while it lives. It is a scope on its thread's node list: inner tapes see outer nodes,
/// and the end of a tape forgets only its own. A tape ends on the thread that began it.
class [[nodiscard]] Tape {
 public:
  [[nodiscard]] explicit Tape(TapeOptions options = {});  ///< scope in which ops are recorded

  int64_t begin() const { return mark_; }         ///< index of this tape's first node
  int64_t end() const;                            ///< index after the newest node
  int64_t size() const { return end() - mark_; }  ///< number of nodes recorded and kept

 private:
  ModeScope outer_;
  int64_t mark_;
};

/// A scope in which nothing is recorded; a Tape inside it records again.
class [[nodiscard]] NoGrad {
 public:
  [[nodiscard]] NoGrad();

 private:
  ModeScope outer_;
};

/// True if an op with a tracked input would be recorded.
bool is_recording();

/// The state of the engine on one thread.
struct TapeState {
  TapeState();

  NodeList nodes;                  ///< node list of the thread
  Mode mode;                       ///< current mode of the thread
  ModeScope* innermost = nullptr;  ///< scope that ends first
};
TapeState& tape_state();  ///< state of the calling thread

bool is_alive(const Record& record);  ///< true if the tensor's node is still on the list

/// Returns the node of a tensor, or -1 if it is not tracked. Registers a leaf at its first use. Throws Error
/// if a result's history is gone, or if another thread's live tape has used the leaf.
int64_t track(const Tensor& t, const char* op);

}  // namespace gradzoo
