#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

struct OpInfo;  // op_info.h

inline constexpr int kMaxInputs = 4;              ///< maximum number of operands of an op
inline constexpr size_t kMaxAttributeBytes = 64;  ///< maximum size of an op struct in bytes

/// One recorded operation: an entry of the Wengert list. Nodes are in execution order, so the reverse sweep
/// is a loop over indices.
struct Node {
  const OpInfo* op = nullptr;  ///< op that was applied; leaf_info() for a leaf
  uint64_t serial = 0;         ///< serial number, never re-used
  Shape shape;                 ///< shape of the output
  DType dtype = DType::f32;    ///< dtype of the output
  /// The state of the saved tensors; lost: released by a sweep that failed later on
  enum class Saved : uint8_t { kept, released, lost };
  Saved state = Saved::kept;  ///< state of the saved tensors: a sweep releases the ones that it has used
  int n_inputs = 0;           ///< number of operands
  /// The sweep number: 0 for a node that the user's own program recorded. A node recorded while a sweep
  /// visits another node has that node's number plus 1: 2 is a gradient of a gradient.
  int sweep = 0;
  int64_t origin = -1;  ///< index of the node whose vjp recorded this one, -1 for the user's own ops
  std::array<int64_t, kMaxInputs> inputs{};         ///< operand nodes' indices, -1 if not tracked
  std::array<Tensor, kMaxInputs + 1> saved;         ///< tensors that gradients read: inputs, then the output
  std::array<uint64_t, kMaxInputs + 1> versions{};  ///< versions of `saved` at the time of saving
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};  ///< op struct's bytes

  const Tensor& leaf() const { return saved[kMaxInputs]; }  ///< leaf's tensor, which is kept as its output
  /// Drops the saved tensors after a sweep has used them.
  void release_saved() {
    saved.fill(Tensor());
    state = Saved::released;
  }
};

/// The list of a thread's nodes, kept in chunks: a reference to a node stays valid while the list grows.
class NodeList {
 public:
  static constexpr int64_t kChunk = 1024;  ///< nodes per chunk

  NodeList() = default;
  NodeList(const NodeList&) = delete;
  NodeList& operator=(const NodeList&) = delete;
  ~NodeList();

  int64_t size() const { return size_; }  ///< number of nodes
  /// Returns node i, 0 <= i < size().
  Node& operator[](int64_t i) { return chunks_[static_cast<size_t>(i / kChunk)][i % kChunk]; }
  /// Appends a new node with the next serial number and returns it.
  Node& push();
  /// Forgets the nodes from `size` on.
  void truncate(int64_t size);
  /// Returns the chunks without nodes to the system.
  void trim();

 private:
  void take_serials();

  std::vector<Node*> chunks_;
  int64_t size_ = 0;
  uint64_t next_serial_ = 0, last_serial_ = 0;  ///< serials reserved for this thread
};

/// Returns the OpInfo that a leaf's node points to instead of an op.
const OpInfo& leaf_info();

}  // namespace gradzoo
