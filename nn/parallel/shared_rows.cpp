#include "nn/parallel/shared_rows.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {
namespace {

/// What a block is, but for the number of its rows.
struct BlockKind {
  DType dtype = DType::f32;
  Shape shape;
};

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
  if (processes.is_alone() || blocks.count == 0) return mine;
  const BlockKind here = mine.defined() ? BlockKind{mine.dtype(), mine.shape()} : BlockKind();
  BlockKind kind = processes.all_gather_values(here)[0];  // the first has a block
  kind.shape.set(0, blocks.rows);
  Tensor all = empty(kind.shape, kind.dtype);
  if (mine.defined()) mine = mine.clone();
  const std::span<std::byte> bytes = mine.defined() ? bytes_of(mine) : std::span<std::byte>();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto out = bytes_of(all).begin();
  for (const std::string& rows : processes.all_gather(text))
    out = std::ranges::copy(std::as_bytes(std::span(rows)), out).out;
  return all;
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
  for (const uint64_t theirs : processes.all_gather_values(drawn)) drawn = std::max(drawn, theirs);
  rng.set_draw(drawn);
  return all;
}

}  // namespace gradzoo
