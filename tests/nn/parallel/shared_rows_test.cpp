#include "nn/parallel/shared_rows.h"

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/thread_processes.h"

namespace gradzoo {

TEST_CASE("blocks are of equal size, by the number of rows alone") {
  const RowBlocks few(100), many(251, 125), none(0);
  CHECK(few.count == 1);
  CHECK(few.size == 100);
  CHECK(many.count == 3);
  CHECK(many.size == 84);
  CHECK(none.count == 0);
}

TEST_CASE("a block has rows of its own, and the last one the last row again where there are no more") {
  const RowBlocks blocks(10, 4);
  const Tensor x = reshape(arange(20, DType::f64), {10, 2}), labels = arange(10, DType::i64);
  CHECK(rows_of_block(x, blocks, 1).to_vector() == std::vector<double>{8, 9, 10, 11, 12, 13, 14, 15});
  CHECK(rows_of_block(x, blocks, 2).to_vector() == std::vector<double>{16, 17, 18, 19, 18, 19, 18, 19});
  CHECK(rows_of_block(labels, blocks, 0).to_vector() == std::vector<double>{0, 1, 2, 3});
  CHECK(rows_of_block(labels, blocks, 2).to_vector() == std::vector<double>{8, 9, 9, 9});
}

TEST_CASE("rows of all blocks come to all in order, those beyond the last left out") {
  for (const int64_t rows : {1, 7, 10, 23}) {
    const RowBlocks blocks(rows, 4);
    for (int64_t count = 1; count <= 5; ++count) {
      CAPTURE(rows);
      CAPTURE(count);
      std::vector<std::vector<double>> found(static_cast<size_t>(count));
      std::vector<int> blocks_made(static_cast<size_t>(blocks.count), 0);
      const auto failures = test::as_processes(count, [&](Processes& processes) {
        const Tensor all = shared_rows(blocks, processes, [&](int64_t block) {
          ++blocks_made[static_cast<size_t>(block)];
          if (block == 0) CHECK(processes.is_first());
          Tensor x = arange(2 * blocks.size, DType::f64) + static_cast<double>(2 * block * blocks.size);
          return reshape(x, {blocks.size, 1, 2});
        });
        CHECK(all.shape() == Shape{rows, 1, 2});
        found[static_cast<size_t>(processes.rank())] = all.to_vector();
      });
      CHECK(test::all_well(failures));
      for (const int times : blocks_made) CHECK(times == 1);
      for (const std::vector<double>& its : found) CHECK(its == arange(2 * rows, DType::f64).to_vector());
    }
  }
}

TEST_CASE("draws in blocks are rows of one draw, whoever draws them, and the stream goes on behind them") {
  for (const int64_t rows : {1, 4, 5, 7, 8, 10, 16}) {  // in one block, in exactly two, in three and in four
    CAPTURE(rows);
    const RowBlocks blocks(rows, 4);
    Rng whole(5, "rows");
    const Tensor normal = randn({rows, 3}, whole), wanted = normal + rand({rows, 3}, whole);
    const Tensor later = randn({2}, whole);
    for (int64_t count = 1; count <= 4; ++count) {
      const auto failures = test::as_processes(count, [&](Processes& processes) {
        Rng rng(5, "rows");
        const Tensor found = shared_draws(blocks, processes, rng, [&](int64_t, Rng& own) {
          const Tensor first = randn({blocks.size, 3}, own);
          return first + rand({blocks.size, 3}, own);
        });
        CHECK(found.to_vector() == wanted.to_vector());
        CHECK(randn({2}, rng).to_vector() == later.to_vector());
      });
      CHECK(test::all_well(failures));
    }
  }
}

TEST_CASE("where blocks draw unlike numbers of times, what follows is drawn after all of them") {
  const RowBlocks blocks(9, 3);
  for (int64_t count = 1; count <= 3; ++count) {
    const auto failures = test::as_processes(count, [&](Processes& processes) {
      Rng rng(5, "rows");
      shared_draws(blocks, processes, rng, [&](int64_t block, Rng& own) {
        Tensor rows = randn({blocks.size, 1}, own);
        for (int64_t i = block; i < 2; ++i) rows = rows + randn({blocks.size, 1}, own);
        return rows;
      });
      CHECK(rng.draw() == 3);
    });
    CHECK(test::all_well(failures));
  }
}

TEST_CASE("a failure in a block ends all") {
  const auto failures = test::as_processes(3, [&](Processes& processes) {
    shared_rows(RowBlocks(9, 3), processes, [&](int64_t block) {
      if (block == 1) throw Error("block 1 fails");
      return ones({3, 1});
    });
  });
  CHECK(failures[0] == "process 1 of 3: block 1 fails");
  CHECK(failures[1] == "block 1 fails");
  CHECK(failures[2] == failures[0]);
}

}  // namespace gradzoo
