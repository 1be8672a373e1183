#include <algorithm>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {
namespace {

constexpr int64_t kSmall = 16 << 10;  // bytes of all subtrees: below, each process adds all up

}  // namespace

int64_t parts_of_each(int64_t parts, const Processes& processes) {
  const int64_t count = processes.count();
  if (parts % count == 0) return parts / count;
  throw Error("{} processes cannot share shards={} equally. Hint: use --set shards={}, or a multiple of it",
              count, parts, count);
}

std::span<std::byte> bytes_of(Tensor& tensor) {
  return visit_any(tensor.dtype(), [&]<class T>() {
    return std::as_writable_bytes(std::span(tensor.mutable_data<T>(), static_cast<size_t>(tensor.size())));
  });
}

TreeMean::TreeMean(int64_t parts, Processes& processes)
    : parts_(parts),
      mine_(parts_of_each(parts, processes)),
      first_(processes.rank() * mine_),
      processes_(processes),
      subtrees_(static_cast<size_t>(processes.count())) {
  std::vector<bool> added(static_cast<size_t>(parts));
  for (int64_t apart = 1; apart < parts; apart *= 2) {
    for (int64_t i = 0; i + apart < parts; i += 2 * apart) {
      const int64_t last = std::min(i + 2 * apart, parts) - 1, owner = i / mine_;
      if (owner != last / mine_) {
        across_.push_back({i, i + apart});
        continue;
      }
      added[static_cast<size_t>(i + apart)] = true;
      if (owner == processes.rank()) here_.push_back({i, i + apart});
    }
  }
  for (int64_t i = 0; i < parts; ++i)
    if (!added[static_cast<size_t>(i)]) subtrees_[static_cast<size_t>(i / mine_)].push_back(i);
}

// Each process gets its share of the elements of all subtrees, adds them up, and all get all shares. Of few
// elements everybody's share is all.
void TreeMean::add_across(std::vector<Tensor>& values) {
  const auto count = static_cast<size_t>(processes_.count()), rank = static_cast<size_t>(processes_.rank());
  const int64_t n = values[0].size();
  const auto element = static_cast<int64_t>(dtype_bytes(values[0].dtype()));
  int64_t subtrees = 0;
  for (const std::vector<int64_t>& its : subtrees_) subtrees += std::ssize(its);
  const bool small = subtrees * n * element <= kSmall;
  const auto begin_of = [&](size_t q) { return n * static_cast<int64_t>(q) / static_cast<int64_t>(count); };
  const auto length_of = [&](size_t q) { return small ? n : begin_of(q + 1) - begin_of(q); };
  const auto bytes = [&](int64_t nodes, size_t q) {
    return static_cast<size_t>(nodes * length_of(q) * element);
  };

  std::vector<size_t> sent, received, shares;
  Tensors pieces;
  for (size_t q = 0; q < count; ++q) {
    sent.push_back(bytes(std::ssize(subtrees_[rank]), q));
    received.push_back(bytes(std::ssize(subtrees_[q]), rank));
    shares.push_back(bytes(1, q));
    if (small && q > 0) continue;
    const int64_t begin = small ? 0 : begin_of(q);
    for (const int64_t start : subtrees_[rank])
      pieces.push_back(
          values[static_cast<size_t>(start - first_)].view({n}).rows(begin, begin + length_of(q)));
  }
  // One subtree lies as it is sent.
  Tensor out = subtrees_[rank].size() == 1 ? values[0] : concat(pieces, 0);
  Tensor in = empty({subtrees, length_of(rank)}, out.dtype());
  if (small)
    processes_.all_gather(bytes_of(out), received, bytes_of(in));
  else
    processes_.all_to_all(bytes_of(out), sent, bytes_of(in), received);

  Tensors nodes(static_cast<size_t>(parts_));
  int64_t row = 0;
  for (const std::vector<int64_t>& its : subtrees_) {
    for (const int64_t start : its) nodes[static_cast<size_t>(start)] = in[row++];
  }
  for (const Pair& pair : across_)
    nodes[static_cast<size_t>(pair.into)] += nodes[static_cast<size_t>(pair.from)];
  if (small)
    std::ranges::copy(bytes_of(nodes[0]), bytes_of(values[0]).begin());
  else
    processes_.all_gather(bytes_of(nodes[0]), shares, bytes_of(values[0]));
}

Tensor TreeMean::of(std::vector<Tensor>& values) {
  const auto is_alike = [&](const Tensor& value) {
    return value.shape() == values[0].shape() && value.dtype() == values[0].dtype();
  };
  if (std::ssize(values) != mine_ || !std::ranges::all_of(values, is_alike))
    throw Error(
        "TreeMean: {} values of {} parts, or not of one shape and dtype. Hint: pass one value per part",
        values.size(), mine_);
  for (const Pair& pair : here_)
    values[static_cast<size_t>(pair.into - first_)] += values[static_cast<size_t>(pair.from - first_)];
  if (!processes_.is_alone()) add_across(values);
  values[0] *= 1.0 / static_cast<double>(parts_);
  return std::move(values[0]);
}

}  // namespace gradzoo
