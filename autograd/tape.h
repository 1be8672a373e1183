#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "autograd/tensor.h"

namespace gradzoo {

struct OpInfo;  // op.h

inline constexpr int kMaxInputs = 4;
inline constexpr size_t kMaxAttributeBytes = 64;

/// One recorded operation: a line of the Wengert list. Nodes lie in execution order, so the reverse sweep is
/// a loop over indices.
struct Node {
  const OpInfo* op = nullptr;  // leaf_info() for a leaf
  uint64_t serial = 0;         // never re-used
  Shape shape;                 // of the output
  DType dtype = DType::f32;
  bool released = false;  // its saved tensors are gone: a sweep has used them
  int n_inputs = 0;       // of the op
  int sweep = 0;          // 0: forward; k: recorded by a gradient sweep over nodes of sweep k-1 at most
  int64_t origin = -1;    // the node whose vjp recorded this one, -1 for the user's own ops
  std::array<int64_t, kMaxInputs> inputs{};  // indices on this list, -1 where an input is not tracked
  std::array<Tensor, kMaxInputs + 1> saved;  // what the gradients read: inputs in their place, then the
                                             // output; a leaf's own tensor is the output
  std::array<uint64_t, kMaxInputs + 1> versions{};  // of `saved`, when it was saved
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};

  const Tensor& leaf() const { return saved[kMaxInputs]; }
};

/// What a tracing tape keeps of a node beyond what its gradients need.
struct Trace {
  std::array<Tensor, kMaxInputs> inputs;
  Tensor output;
  Tensor adjoint;  // of the last sweep that reached the node
};

/// What a tracing tape keeps of a sweep's stop at a node. Visits lie in the order in which they happened.
struct Visit {
  int64_t node = -1;
  bool first = false;                       // of its sweep: the adjoint is the sweep's seed
  Tensor adjoint;                           // of the node, complete
  std::array<Tensor, kMaxInputs> gives{};   // what the rule contributed to each input's adjoint
  std::array<Tensor, kMaxInputs> totals{};  // that adjoint, with the contribution added
  int64_t made_begin = 0, made_end = 0;     // the nodes that the rule recorded
};

struct TapeOptions {
  bool trace = false;  // keep inputs, outputs, adjoints and visits of every node: for the explorer, forward
                       // rules and error reports
};

/// Records while alive. A tape is a scope on its thread's node list: inner tapes see outer nodes; the end of
/// a tape forgets its nodes.
class Tape {
 public:
  explicit Tape(TapeOptions options = {});
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  int64_t begin() const { return mark_; }  // index of this tape's first node
  int64_t end() const;                     // one past the newest node
  int64_t size() const { return end() - mark_; }

 private:
  int64_t mark_;
  size_t visit_mark_;
  int64_t outer_mark_;
  bool outer_recording_;
  bool outer_tracing_;
};

/// Nothing records while alive; a Tape inside records again.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool outer_recording_;
};

/// True where an op with a tracked input would be recorded.
bool is_recording();

/// The thread's node list, in chunks of fixed address that it keeps: a reference to a node stays good while
/// the list grows.
class NodeList {
 public:
  static constexpr int64_t kChunk = 1024;

  int64_t size() const { return size_; }
  Node& operator[](int64_t i) { return chunks_[static_cast<size_t>(i / kChunk)][i % kChunk]; }
  /// A fresh node at the end, with the next serial.
  Node& push();
  /// Forgets the nodes from `size` on.
  void truncate(int64_t size);

 private:
  std::vector<Node*> chunks_;  // never freed: see the pool
  int64_t size_ = 0;
  uint64_t next_serial_ = 0;
};

/// The engine's state on one thread.
struct TapeState {
  NodeList nodes;
  bool recording = false;
  bool tracing = false;
  int64_t mark = 0;           // of the innermost tape
  int64_t origin = -1;        // the node whose vjp is running
  int sweep = 0;              // depth of the sweep that is recording, 0 outside
  std::vector<Trace> traces;  // by node index, while a tape traces
  std::vector<Visit> visits;  // by sweeps, while a tape traces
};
TapeState& tape_state();

/// Switches tracing, the keeping of operands and outputs by nodes, while alive.
class TraceScope {
 public:
  explicit TraceScope(bool on) : outer_(tape_state().tracing) { tape_state().tracing = on; }
  ~TraceScope() { tape_state().tracing = outer_; }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  bool outer_;
};

bool is_alive(const Record& record);

/// The node of a tensor, or -1 where it is not tracked. Registers a leaf at its first use. Throws where a
/// result's history is gone.
int64_t track(const Tensor& t, const char* op);

/// The trace of node `index`; empty where no tape traces it.
Trace& trace_of(int64_t index);

}  // namespace gradzoo
