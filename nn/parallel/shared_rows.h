#pragma once

#include <cstdint>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// Blocks of equal size that rows are computed in. They hang on the number of rows alone, and a block is
/// computed by one process: so bytes do not depend on how many processes there are.
struct RowBlocks {
  /// Of at most `most` rows each.
  explicit RowBlocks(int64_t rows, int64_t most = 125)
      : rows(rows), count((rows + most - 1) / most), size(count == 0 ? 0 : (rows + count - 1) / count) {}
  int64_t rows, count, size;  // the last block may go beyond the rows
};

/// The rows of block i of x, (rows, ...) -> (size, ...): where the last block goes beyond them, the last row
/// comes again. So a row is computed in the same place of a block of the same size, however many processes
/// there are.
Tensor rows_of_block(const Tensor& x, const RowBlocks& blocks, int64_t block);

/// A collective call: `of_block(i)` is called for this process's share of the blocks, and gives the rows of
/// block i, (size, ...), of which those beyond the rows are left out; the first process has block 0. Returns
/// all rows, in all processes.
Tensor shared_rows(const RowBlocks& blocks, Processes& processes,
                   FunctionRef<Tensor(int64_t block)> of_block);

/// The same of rows that are drawn: each block with its rows of whole draws from `rng` (Rng::set_window),
/// which then stands behind them.
Tensor shared_draws(const RowBlocks& blocks, Processes& processes, Rng& rng,
                    FunctionRef<Tensor(int64_t block, Rng& rng)> of_block);

}  // namespace gradzoo
