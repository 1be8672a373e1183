#include "nn/parallel/shared_rows.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "autograd/ops.h"

namespace gradzoo {
namespace {

/// What a row is: the same in all blocks. A process without blocks learns it from the others.
struct RowKind {
  int64_t dtype = -1, rank = 0;
  int64_t sides[kMaxRank] = {};
};

RowKind kind_of(const Tensor& block) {
  RowKind kind{static_cast<int64_t>(block.dtype()), block.shape().rank(), {}};
  for (int i = 0; i < block.shape().rank(); ++i) kind.sides[i] = block.dim(i);
  return kind;
}

RowKind kind_of_all(const Tensor& mine, Processes& processes) {
  const RowKind here = mine.defined() ? kind_of(mine) : RowKind();
  for (const std::string& text :
       processes.all_gather(std::string_view(reinterpret_cast<const char*>(&here), sizeof(here)))) {
    RowKind kind;
    std::memcpy(&kind, text.data(), sizeof(kind));
    if (kind.dtype >= 0) return kind;
  }
  return here;
}

std::span<std::byte> bytes_of(Tensor& tensor) {
  std::span<std::byte> bytes;
  visit_any(tensor.dtype(), [&]<class T>() {
    bytes = std::as_writable_bytes(std::span(tensor.mutable_data<T>(), static_cast<size_t>(tensor.size())));
  });
  return bytes;
}

// All processes' rows, in order; `rows_of` says how many each has.
Tensor gathered(Tensor mine, Processes& processes, FunctionRef<int64_t(int64_t rank)> rows_of) {
  const RowKind kind = kind_of_all(mine, processes);
  Shape shape;
  int64_t rows = 0;
  for (int64_t rank = 0; rank < processes.count(); ++rank) rows += rows_of(rank);
  shape = shape.insert(0, rows);
  for (int64_t i = 1; i < kind.rank; ++i) shape = shape.insert(static_cast<int>(i), kind.sides[i]);
  Tensor all = empty(shape, static_cast<DType>(kind.dtype));
  const std::span<std::byte> out = bytes_of(all);
  const size_t row_bytes = rows == 0 ? 0 : out.size() / static_cast<size_t>(rows);
  std::vector<size_t> sizes;
  for (int64_t rank = 0; rank < processes.count(); ++rank)
    sizes.push_back(static_cast<size_t>(rows_of(rank)) * row_bytes);
  processes.all_gather(mine.defined() ? bytes_of(mine) : std::span<std::byte>(), sizes, out);
  return all;
}

}  // namespace

Tensor rows_of_block(const Tensor& x, const RowBlocks& blocks, int64_t block) {
  const int64_t first = block * blocks.size, end = first + blocks.size;
  if (end <= blocks.rows) return x.rows(first, end);
  const Tensor rows = arange(blocks.size, DType::f64) + static_cast<double>(first);
  return index_select(x, 0, cast(clamp(rows, 0, static_cast<double>(blocks.rows - 1)), DType::i64));
}

Tensor shared_rows(const RowBlocks& blocks, Processes& processes,
                   FunctionRef<Tensor(int64_t block)> of_block) {
  const int64_t count = processes.count();
  const auto first_of = [&](int64_t rank) { return (rank * blocks.count + count - 1) / count; };
  Tensors parts;
  for (int64_t i = first_of(processes.rank()); i < first_of(processes.rank() + 1); ++i) {
    const Tensor rows = of_block(i);
    const int64_t wanted = std::min(blocks.size, blocks.rows - i * blocks.size);
    parts.push_back(wanted == rows.dim(0) ? rows : rows.rows(0, wanted).clone());
  }
  Tensor mine = parts.empty() ? Tensor() : parts.size() == 1 ? parts[0] : concat(parts, 0);
  if (processes.is_alone()) return mine;
  if (mine.defined()) mine = mine.clone();
  const auto end_of = [&](int64_t rank) { return std::min(blocks.rows, first_of(rank) * blocks.size); };
  return gathered(std::move(mine), processes, [&](int64_t rank) { return end_of(rank + 1) - end_of(rank); });
}

Tensor shared_draws(const RowBlocks& blocks, Processes& processes, Rng& rng,
                    FunctionRef<Tensor(int64_t block, Rng& rng)> of_block) {
  uint64_t drawn = rng.draw();
  Tensor all = shared_rows(blocks, processes, [&](int64_t i) {
    Rng own = rng;
    if (blocks.count > 1) own.set_window({i, blocks.count});
    Tensor rows = of_block(i, own);
    drawn = std::max(drawn, own.draw());
    return rows;
  });
  if (!processes.is_alone()) {
    const std::string_view mine(reinterpret_cast<const char*>(&drawn), sizeof(drawn));
    for (const std::string& text : processes.all_gather(mine)) {
      uint64_t theirs = 0;
      std::memcpy(&theirs, text.data(), sizeof(theirs));
      drawn = std::max(drawn, theirs);
    }
  }
  rng.set_draw(drawn);
  return all;
}

}  // namespace gradzoo
