#include "nn/parallel/tree_mean.h"

#include <algorithm>
#include <utility>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/ops.h"

namespace gradzoo {
namespace {

constexpr int64_t kSmall = 16 << 10;  // bytes of all subtrees: below, each process adds all up

int64_t parts_of_each(int64_t parts, const Processes& processes) {
  const int64_t count = processes.count();
  if (parts % count == 0) return parts / count;
  throw Error("{} processes do not divide shards={}. Hint: --set shards={}, or a multiple of it", count,
              parts, count);
}

// Calls add(i, j), node j into node i, in the order of the tree over `parts`, for pairs that `meet`.
template <class Meet, class Add>
void up_the_tree(int64_t parts, Meet meet, Add add) {
  for (int64_t apart = 1; apart < parts; apart *= 2) {
    for (int64_t i = 0; i + apart < parts; i += 2 * apart) {
      if (meet(i, apart)) add(i, i + apart);
    }
  }
}

}  // namespace

TreeMean::TreeMean(int64_t parts, Processes& processes)
    : parts_(parts),
      mine_(parts_of_each(parts, processes)),
      first_(processes.rank() * mine_),
      processes_(processes) {
  for (int64_t rank = 0; rank < processes.count(); ++rank) subtrees_.push_back(whole_subtrees(rank));
}

std::vector<int64_t> TreeMean::whole_subtrees(int64_t rank) const {
  const int64_t begin = rank * mine_, end = begin + mine_;
  std::vector<int64_t> starts;
  for (int64_t at = begin; at < end;) {
    starts.push_back(at);
    int64_t size = 1;
    while (at % (2 * size) == 0 && size < parts_ && std::min(at + 2 * size, parts_) <= end) size *= 2;
    at += size;
  }
  return starts;
}

// `nodes` by part: null where a part was added to one before it.
template <class T>
void TreeMean::add_gathered(std::vector<T*>& nodes, int64_t n) const {
  const auto node = [&](int64_t i) -> T*& { return nodes[static_cast<size_t>(i)]; };
  up_the_tree(
      parts_, [&](int64_t i, int64_t apart) { return node(i + apart) != nullptr; },
      [&](int64_t i, int64_t j) {
        kernels::add_to(node(j), node(i), n);
        node(j) = nullptr;
      });
}

// Each process gets its share of the elements of all subtrees, adds them up, and all get all shares.
template <class T>
void TreeMean::add_by_exchange(std::vector<Tensor>& values) {
  const auto count = static_cast<size_t>(processes_.count()), rank = static_cast<size_t>(processes_.rank());
  const int64_t n = values[0].size();
  const auto value = [&](int64_t part) {
    return values[static_cast<size_t>(part - first_)].mutable_data<T>();
  };
  size_t subtrees = 0;
  for (const auto& starts : subtrees_) subtrees += starts.size();
  const bool small = static_cast<int64_t>(subtrees * sizeof(T)) * n <= kSmall;
  // Shares of elements; of few, everybody's is all.
  const auto begin_of = [&](size_t q) {
    return small ? 0 : n * static_cast<int64_t>(q) / static_cast<int64_t>(count);
  };
  const auto length_of = [&](size_t q) { return small ? n : begin_of(q + 1) - begin_of(q); };
  const int64_t share = length_of(rank);

  std::vector<size_t> sent_sizes(count), received_sizes(count);
  const auto bytes = [](size_t nodes, int64_t length) {
    return nodes * static_cast<size_t>(length) * sizeof(T);
  };
  for (size_t q = 0; q < count; ++q) {
    sent_sizes[q] = bytes(subtrees_[rank].size(), length_of(q));
    received_sizes[q] = bytes(subtrees_[q].size(), share);
  }
  received_.resize(std::max(received_.size(), bytes(subtrees, share)));
  // One subtree lies as it is sent.
  const std::vector<int64_t>& mine = subtrees_[rank];
  const T* together = value(mine[0]);
  if (mine.size() > 1) {
    sent_.resize(std::max(sent_.size(), bytes(mine.size(), n)));
    T* out = reinterpret_cast<T*>(sent_.data());
    together = out;
    for (size_t q = 0; q < (small ? 1 : count); ++q) {
      for (const int64_t start : mine) out = std::copy_n(value(start) + begin_of(q), length_of(q), out);
    }
  }
  const std::span<const std::byte> sent =
      std::as_bytes(std::span(together, mine.size() * static_cast<size_t>(n)));
  const std::span<std::byte> received(received_.data(), bytes(subtrees, share));
  if (small)
    processes_.all_gather(sent, received_sizes, received);
  else
    processes_.all_to_all(sent, sent_sizes, received, received_sizes);

  std::vector<T*> nodes(static_cast<size_t>(parts_), nullptr);
  T* in = reinterpret_cast<T*>(received_.data());
  for (const auto& starts : subtrees_) {
    for (const int64_t start : starts) {
      nodes[static_cast<size_t>(start)] = in;
      in += share;
    }
  }
  add_gathered(nodes, share);
  T* const sum = reinterpret_cast<T*>(received_.data());  // part 0's, the first of all
  T* const result = values[0].mutable_data<T>();
  if (small) {
    std::copy_n(sum, n, result);
    return;
  }
  for (size_t q = 0; q < count; ++q) received_sizes[q] = bytes(1, length_of(q));
  processes_.all_gather(std::as_bytes(std::span(sum, static_cast<size_t>(share))), received_sizes,
                        std::as_writable_bytes(std::span(result, static_cast<size_t>(n))));
}

Tensor TreeMean::of(std::vector<Tensor>& values) {
  visit_floating(values[0].dtype(), [&]<class T>() {
    const auto value = [&](int64_t part) {
      return values[static_cast<size_t>(part - first_)].mutable_data<T>();
    };
    const int64_t end = first_ + mine_;
    up_the_tree(
        parts_,
        [&](int64_t i, int64_t apart) { return i >= first_ && std::min(i + 2 * apart, parts_) <= end; },
        [&](int64_t i, int64_t j) { kernels::add_to(value(j), value(i), values[0].size()); });
    if (!processes_.is_alone()) add_by_exchange<T>(values);
  });
  values[0] *= 1.0 / static_cast<double>(parts_);
  return std::move(values[0]);
}

}  // namespace gradzoo
