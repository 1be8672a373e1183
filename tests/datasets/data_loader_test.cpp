#include "gradzoo/datasets/data_loader.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

Doubles count_to(int64_t n) {
  Doubles all(static_cast<size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

TEST_CASE("without shuffling batches are the rows in turn, and the last one is short") {
  const Tensor x = arange(14).view({7, 2}), labels = arange(7, DType::i64);
  DataLoader loader({x, labels}, {.batch_size = 3});
  CHECK(loader.size() == 3);
  std::vector<int64_t> sizes;
  Doubles seen;
  for (const auto& [part, label] : loader) {
    CHECK(part.shape() == Shape{label.dim(0), 2});
    CHECK(label.dtype() == DType::i64);
    CHECK(part.to_vector() == x.rows(std::ssize(seen), std::ssize(seen) + label.size()).to_vector());
    sizes.push_back(label.size());
    for (const double l : label.to_vector()) seen.push_back(l);
  }
  CHECK(sizes == std::vector<int64_t>{3, 3, 1});
  CHECK(seen == count_to(7));
  CHECK(DataLoader({x}, {.batch_size = 3, .drop_last = true}).size() == 2);
  CHECK(DataLoader({x}).size() == 7);
}

TEST_CASE("batches are copies: what changes them leaves the data as they are") {
  for (const bool shuffle : {false, true}) {
    const Tensor x = arange(14).view({7, 2}), labels = arange(7, DType::i64), mask = zeros({7}, DType::u8);
    for (const int64_t size : {1, 3, 7}) {
      for (const auto& [part, label, byte] :
           DataLoader({x, labels, mask}, {.batch_size = size, .shuffle = shuffle})) {
        Tensor own = part, own_label = label, own_byte = byte;
        own += 10;
        own_label.mutable_data<int64_t>()[0] = -1;
        own_byte.mutable_data<uint8_t>()[0] = 1;
      }
    }
    CHECK(x.to_vector() == count_to(14));
    CHECK(labels.to_vector() == count_to(7));
    CHECK_FALSE(any(mask));
  }
}

TEST_CASE("shuffled epochs are permutations that keep rows together, pure in seed and epoch") {
  const int64_t n = 103;
  const Tensor x = arange(n), y = arange(n, DType::i64);
  DataLoader loader({x, y}, {.batch_size = 10, .shuffle = true, .seed = 5});
  std::vector<Doubles> orders;
  for (int64_t e = 0; e < 4; ++e) {
    Doubles order;
    for (const auto& [xs, ys] : loader) {
      CHECK(xs.to_vector() == ys.to_vector());
      for (const double v : xs.to_vector()) order.push_back(v);
    }
    CHECK(std::ranges::find(orders, order) == orders.end());
    orders.push_back(order);
    std::ranges::sort(order);
    CHECK(order == count_to(n));
  }
  const auto order_of = [&](const DataLoader<2>& of, int64_t epoch) {
    Doubles order;
    for (const auto& [xs, ys] : of.epoch(epoch))
      for (const double v : xs.to_vector()) order.push_back(v);
    return order;
  };
  const DataLoader again({x, y}, {.batch_size = 10, .shuffle = true, .seed = 5});
  CHECK(order_of(again, 3) == orders[3]);
  CHECK(order_of(again, 0) == orders[0]);
  const DataLoader coarser({x, y}, {.batch_size = 103, .shuffle = true, .seed = 5});
  CHECK(order_of(coarser, 1) == orders[1]);
  const DataLoader other({x, y}, {.batch_size = 10, .shuffle = true, .seed = 6});
  CHECK(order_of(other, 0) != orders[0]);
}

TEST_CASE("batches are constants, whatever the tape") {
  const Tensor x = ones({4, 2}).requires_grad_();
  DataLoader loader({x}, {.batch_size = 2, .shuffle = true});
  const Tape tape;
  for (const auto& [part] : loader) CHECK_FALSE(part.requires_grad());
  CHECK(tape.size() == 0);
}

TEST_CASE("what makes no batches is refused") {
  const Tensor x = zeros({4, 2});
  CHECK_THROWS_WITH_AS(DataLoader({x, zeros({3})}),
                       Contains("size mismatch between tensors, 4 rows in (4,2) and 3 in (3)"), Error);
  CHECK(contains(error_message([&] { DataLoader({x, scalar(1)}); }), "tensor 1 () has no rows"));
  CHECK(contains(error_message([&] { DataLoader({x, Tensor()}); }), "tensor 1 undefined has no rows"));
  CHECK(contains(error_message([&] { DataLoader({x}, {.batch_size = 0}); }), "batch_size = 0"));
  CHECK(contains(error_message([&] { DataLoader({x}, {.batch_size = 5, .drop_last = true}); }),
                 "4 rows make no batch of 5"));
  CHECK(contains(error_message([&] { (void)DataLoader({x}, {.shuffle = true}).epoch(-1).begin(); }),
                 "epoch -1 is out of range. Hint: use 0 or more"));
}

}  // namespace gradzoo
