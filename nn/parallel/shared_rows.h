#pragma once

#include <cstdint>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// Blocks of rows with equal size. They only depend on the number of rows, and one process computes a block,
/// so results are bit-identical for any number of processes.
struct RowBlocks {
  /// Makes blocks of at most `most` rows.
  explicit RowBlocks(int64_t rows, int64_t most = 125)
      : rows(rows), count((rows + most - 1) / most), size(count == 0 ? 0 : (rows + count - 1) / count) {}
  int64_t rows, count, size;  // the last block may go beyond the rows
};

/// Returns a block of x's rows, (rows, ...) -> (size, ...). The last row is repeated if the last block is not
/// full, so a row's position and the size of its block do not depend on the number of processes.
Tensor rows_of_block(const Tensor& x, const RowBlocks& blocks, int64_t block);

/// Returns all rows in all processes: a collective call. It calls `of_block(i)` for this process's blocks;
/// block 0 belongs to the first process. `of_block(i)` returns the rows of block i, (size, ...); rows beyond
/// the last are dropped.
Tensor shared_rows(const RowBlocks& blocks, Processes& processes,
                   FunctionRef<Tensor(int64_t block)> of_block);

/// Returns random rows as shared_rows does. Each block uses its rows of draws from `rng` over all rows
/// (Rng::set_window), and `rng` has advanced past these draws afterwards.
Tensor shared_draws(const RowBlocks& blocks, Processes& processes, Rng& rng,
                    FunctionRef<Tensor(int64_t block, Rng& rng)> of_block);

}  // namespace gradzoo
