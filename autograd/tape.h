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
  enum class Saved : uint8_t { kept, released, lost };  // lost: by a sweep that failed further on
  Saved state = Saved::kept;  // of its saved tensors: a sweep releases what it has used
  int n_inputs = 0;           // of the op
  // 0: recorded by the user's own program. A node that a gradient's sweep records at a node has that node's
  // number plus 1: 2 is a gradient of a gradient.
  int sweep = 0;
  int64_t origin = -1;  // the node whose vjp recorded this one, -1 for the user's own ops
  std::array<int64_t, kMaxInputs> inputs{};         // indices on this list, -1 where one is not tracked
  std::array<Tensor, kMaxInputs + 1> saved;         // what gradients read: inputs in place, then the output
  std::array<uint64_t, kMaxInputs + 1> versions{};  // of `saved`, when it was saved
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};  // the op struct's bytes

  const Tensor& leaf() const { return saved[kMaxInputs]; }  // a leaf's tensor is kept as its output
};

/// What the thread is doing.
struct Mode {
  bool recording = false;
  bool tracing = false;  // keeping more than gradients need: see trace.h
  int64_t mark = 0;      // first node of the innermost tape
  int64_t origin = -1;   // the node whose vjp is running
  int sweep = 0;         // what Node::sweep is of the nodes that are recorded now
};

/// Puts the thread's mode back when it ends, and cuts the node list back where it was told to. Scopes that
/// end out of order leave what they owe to the scope inside them: the mode and the list are right once all
/// have ended.
class ModeScope {
 public:
  ModeScope();
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;
  /// At its end, forget the nodes from `mark` and the trace's visits from `visit_mark` on.
  void cut_back_to(int64_t mark, size_t visit_mark);

 private:
  Mode outer_;
  ModeScope *below_, *above_ = nullptr;  // the thread's scopes, outermost first
  int64_t mark_ = -1;                    // -1: cut nothing
  size_t visit_mark_ = 0;
};

struct TapeOptions {
  bool trace = false;  // keep every node's operands, output and adjoints: for the explorer and error reports
};

/// Records while alive. A tape is a scope on its thread's node list: inner tapes see outer nodes; the end of
/// a tape forgets its own. It ends on the thread that began it.
class [[nodiscard]] Tape {
 public:
  [[nodiscard]] explicit Tape(TapeOptions options = {});

  int64_t begin() const { return mark_; }  // index of this tape's first node
  int64_t end() const;                     // one past the newest node
  int64_t size() const { return end() - mark_; }

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

/// The thread's nodes, in chunks that it keeps: a reference to a node stays good while the list grows.
class NodeList {
 public:
  static constexpr int64_t kChunk = 1024;

  NodeList() = default;
  NodeList(const NodeList&) = delete;
  NodeList& operator=(const NodeList&) = delete;
  ~NodeList();

  int64_t size() const { return size_; }
  Node& operator[](int64_t i) { return chunks_[static_cast<size_t>(i / kChunk)][i % kChunk]; }
  /// A fresh node at the end, with the next serial.
  Node& push();
  /// Forgets the nodes from `size` on.
  void truncate(int64_t size);
  /// Gives the chunks that hold no node back to the system.
  void trim();

 private:
  std::vector<Node*> chunks_;
  int64_t size_ = 0;
  uint64_t next_serial_ = 0, last_serial_ = 0;  // of those that this thread may give
};

/// The engine's state on one thread.
struct TapeState {
  TapeState();

  NodeList nodes;
  Mode mode;
  ModeScope* innermost = nullptr;
};
TapeState& tape_state();

bool is_alive(const Record& record);

/// The node of a tensor, or -1 where it is not tracked. Registers a leaf at its first use. Throws where a
/// result's history is gone, and where another thread's live tape has met the leaf.
int64_t track(const Tensor& t, const char* op);

}  // namespace gradzoo
