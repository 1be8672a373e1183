#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

struct OpInfo;  // op_info.h

inline constexpr int kMaxInputs = 4;              ///< operands of an op, at most
inline constexpr size_t kMaxAttributeBytes = 64;  ///< size of an op struct, at most

/// One recorded operation: a line of the Wengert list. Nodes lie in execution order, so the reverse sweep is
/// a loop over indices.
struct Node {
  const OpInfo* op = nullptr;  ///< leaf_info() for a leaf
  uint64_t serial = 0;         ///< never re-used
  Shape shape;                 ///< of the output
  DType dtype = DType::f32;    ///< of the output
  /// lost: by a sweep that failed further on
  enum class Saved : uint8_t { kept, released, lost };
  Saved state = Saved::kept;  ///< of its saved tensors: a sweep releases what it has used
  int n_inputs = 0;           ///< of the op
  /// 0: recorded by the user's own program. A node that a gradient's sweep records at a node has that node's
  /// number plus 1: 2 is a gradient of a gradient.
  int sweep = 0;
  int64_t origin = -1;  ///< the node whose vjp recorded this one, -1 for the user's own ops
  std::array<int64_t, kMaxInputs> inputs{};         ///< indices on this list, -1 where one is not tracked
  std::array<Tensor, kMaxInputs + 1> saved;         ///< what gradients read: inputs in place, then the output
  std::array<uint64_t, kMaxInputs + 1> versions{};  ///< of `saved`, when it was saved
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};  ///< the op struct's bytes

  const Tensor& leaf() const { return saved[kMaxInputs]; }  ///< a leaf's tensor is kept as its output
  /// Drops what gradients read: a sweep has used it.
  void release_saved() {
    saved.fill(Tensor());
    state = Saved::released;
  }
};

/// The thread's nodes, in chunks that it keeps: a reference to a node stays good while the list grows.
class NodeList {
 public:
  static constexpr int64_t kChunk = 1024;  ///< nodes in one of them

  NodeList() = default;
  NodeList(const NodeList&) = delete;
  NodeList& operator=(const NodeList&) = delete;
  ~NodeList();

  int64_t size() const { return size_; }  ///< number of nodes
  /// Node i, 0 <= i < size().
  Node& operator[](int64_t i) { return chunks_[static_cast<size_t>(i / kChunk)][i % kChunk]; }
  /// A fresh node at the end, with the next serial.
  Node& push();
  /// Forgets the nodes from `size` on.
  void truncate(int64_t size);
  /// Gives the chunks that hold no node back to the system.
  void trim();

 private:
  void take_serials();

  std::vector<Node*> chunks_;
  int64_t size_ = 0;
  uint64_t next_serial_ = 0, last_serial_ = 0;  ///< of those that this thread may give
};

/// What a leaf's node points to in place of an op.
const OpInfo& leaf_info();

}  // namespace gradzoo
