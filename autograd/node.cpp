#include "gradzoo/autograd/node.h"

#include <atomic>

#include "gradzoo/autograd/op_info.h"

namespace gradzoo {

const OpInfo& leaf_info() {
  static constexpr OpInfo kLeaf{.name = "leaf", .formula = "a value whose gradient is wanted"};
  return kLeaf;
}

NodeList::~NodeList() {
  truncate(0);
  trim();
}

// Threads take serials by the range, so a record of another thread is never alive here.
void NodeList::take_serials() {
  static std::atomic<uint64_t> ranges{0};
  next_serial_ = (ranges.fetch_add(1) << 32) + 1;
  last_serial_ = next_serial_ + 0xffff'ffff - 1;
}

Node& NodeList::push() {
  if (next_serial_ == last_serial_) take_serials();
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

}  // namespace gradzoo
