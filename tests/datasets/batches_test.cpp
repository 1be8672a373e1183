#include "gradzoo/datasets/batches.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "datasets/images/idx_files.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/numbers.h"

namespace gradzoo {
using namespace test;
namespace {

// The even rows of 2n images of 3x5 pixels, image r all of value r, label r mod 10.
Examples even_images(int64_t n) {
  Tensor images = empty({2 * n, 3, 5}, DType::u8), labels = empty({2 * n}, DType::u8),
         rows = empty({n}, DType::i64);
  uint8_t* pixel = images.mutable_data<uint8_t>();
  for (int64_t i = 0; i < images.size(); ++i) pixel[i] = static_cast<uint8_t>(i / 15);
  for (int64_t r = 0; r < 2 * n; ++r) labels.mutable_data<uint8_t>()[r] = static_cast<uint8_t>(r % 10);
  for (int64_t i = 0; i < n; ++i) rows.mutable_data<int64_t>()[i] = 2 * i;
  return {images, labels, rows, 0};
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() && a.to_vector() == b.to_vector();
}
bool same(const Batch& a, const Batch& b) {
  return same_bytes(a.x, b.x) && same_bytes(a.labels, b.labels) && same_bytes(a.rows, b.rows);
}

Doubles rows_of_epoch(Batches& batches, int64_t epoch) {
  Doubles rows;
  for (int64_t s = 0; s < batches.steps_per_epoch(); ++s)
    for (double row : batches.at(epoch * batches.steps_per_epoch() + s).rows.to_vector()) rows.push_back(row);
  return rows;
}

}  // namespace

TEST_CASE("each image of the subset comes exactly once an epoch, in another order each time") {
  const Examples data = even_images(103);
  Batches batches(data, {.batch = 10, .seed = 5});
  CHECK(batches.steps_per_epoch() == 11);
  CHECK(batches.at(10).count() == 3);
  CHECK(batches.at(21).count() == 3);
  std::vector<Doubles> orders;
  for (int64_t epoch = 0; epoch < 8; ++epoch) {
    auto rows = rows_of_epoch(batches, epoch);
    CHECK(std::find(orders.begin(), orders.end(), rows) == orders.end());
    orders.push_back(rows);
    std::sort(rows.begin(), rows.end());
    CHECK(rows == data.rows.to_vector());
  }
  Batches other(data, {.batch = 10, .seed = 6});
  CHECK(rows_of_epoch(other, 0) != orders[0]);
}

TEST_CASE("drop_last leaves out the short batch and nothing else") {
  const Examples data = even_images(103);
  Batches batches(data, {.batch = 10, .seed = 5, .drop_last = true});
  CHECK(batches.steps_per_epoch() == 10);
  auto rows = rows_of_epoch(batches, 1);
  CHECK(rows.size() == 100);
  std::sort(rows.begin(), rows.end());
  CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
}

TEST_CASE("a batch holds the pixels and labels of its rows") {
  Batches batches(even_images(103), {.batch = 16, .dtype = DType::f64});
  const Batch batch = batches.at(4);
  CHECK(batch.x.shape() == Shape{16, 15});
  CHECK(batch.x.dtype() == DType::f64);
  CHECK(batch.labels.dtype() == DType::i64);
  for (int64_t i = 0; i < 16; ++i) {
    const int64_t row = batch.rows.data<int64_t>()[i];
    CHECK(batch.labels.data<int64_t>()[i] == row % 10);
    for (int64_t k = 0; k < 15; ++k)
      CHECK(batch.x.data<double>()[i * 15 + k] == approx(static_cast<double>(row) / 255).epsilon(1e-15));
  }
}

TEST_CASE("the batch of a step doesn't depend on which were asked for before it, nor on threads") {
  const Examples data = even_images(103);
  const int before = kernels::threads();
  for (Pixels pixels : {Pixels::grey, Pixels::dynamic_binary, Pixels::fixed_binary, Pixels::dequantised}) {
    const BatchOptions options{.batch = 10, .seed = 5, .pixels = pixels};
    kernels::set_threads(1);
    Batches forward(data, options);
    std::vector<Batch> expected;
    for (int64_t s = 0; s < 25; ++s) expected.push_back(forward.at(s));
    for (int threads : {2, 3, 8}) {
      kernels::set_threads(threads);
      Batches backward(data, options);
      for (int64_t s = 24; s >= 0; --s) CHECK(same(backward.at(s), expected[static_cast<size_t>(s)]));
    }
    for (int64_t s : {0, 10, 11, 24})
      CHECK(same(Batches(data, options).at(s), expected[static_cast<size_t>(s)]));
  }
  kernels::set_threads(before);
}

TEST_CASE("parts of a batch, drawn pixels too, are its rows, and what does not divide it is refused") {
  for (const Pixels pixels : {Pixels::grey, Pixels::dynamic_binary, Pixels::dequantised}) {
    Batches batches(even_images(20), {.batch = 12, .seed = 3, .pixels = pixels});
    const Batch whole = batches.at(4);
    for (int64_t i = 0; i < 3; ++i) {
      const Batch part = batches.part(4, {i, 3});
      CHECK(same(part, {whole.x.rows(4 * i, 4 * i + 4), whole.labels.rows(4 * i, 4 * i + 4),
                        whole.rows.rows(4 * i, 4 * i + 4)}));
    }
    CHECK_THROWS_AS(batches.part(4, {0, 5}), Error);
  }
  struct Counting : BatchSource {
    int64_t steps_per_epoch() const override { return 1; }
    Batch at(int64_t) override { return {reshape(arange(6), {6, 1}), {}, {}}; }
  } others;
  CHECK(others.part(0, {1, 2}).x.to_vector() == Doubles{3, 4, 5});
}

TEST_CASE("batches of MNIST are the same at 1, 2, 3 and 8 threads") {
  const Examples data = load_images("mnist").split(Split::train);
  CHECK(same_at_any_thread_count(
      [&] { return Batches(data, {.batch = 500, .pixels = Pixels::dynamic_binary}).at(130).x.to_vector(); }));
}

TEST_CASE("what is drawn anew differs from visit to visit, and what is fixed doesn't") {
  const Examples data = even_images(100);
  for (Pixels pixels : {Pixels::dynamic_binary, Pixels::fixed_binary, Pixels::dequantised}) {
    Batches batches(data, {.batch = 100, .pixels = pixels});
    std::vector<Doubles> visits;
    for (int64_t s : {0, 1, 2, 3, 64}) {
      const Batch batch = batches.at(s);
      for (int64_t i = 0; i < 100; ++i)
        if (batch.rows.data<int64_t>()[i] == 128) visits.push_back(batch.x.rows(i, i + 1).to_vector());
    }
    REQUIRE(visits.size() == 5);
    for (size_t i = 0; i < 5; ++i)
      for (size_t j = 0; j < i; ++j) CHECK((visits[i] == visits[j]) == (pixels == Pixels::fixed_binary));
    Batches reseeded(data, {.batch = 100, .seed = 1, .pixels = pixels});
    const Batch other = reseeded.at(0);
    for (int64_t i = 0; i < 100; ++i)
      if (other.rows.data<int64_t>()[i] == 128)
        CHECK((other.x.rows(i, i + 1).to_vector() == visits[0]) == (pixels == Pixels::fixed_binary));
  }
}

TEST_CASE("an image at the same place of two batches is drawn by the step and by the seed") {
  Examples one = even_images(100);
  one.rows = one.rows.rows(64, 65).clone();  // row 128, half lit
  for (Pixels pixels : {Pixels::dynamic_binary, Pixels::dequantised}) {
    Batches batches(one, {.batch = 1, .pixels = pixels}),
        reseeded(one, {.batch = 1, .seed = 1, .pixels = pixels});
    std::vector<Doubles> drawn = {reseeded.at(0).x.to_vector()};
    for (int64_t step = 0; step < 9; ++step) drawn.push_back(batches.at(step).x.to_vector());
    for (size_t i = 0; i < drawn.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        CHECK(drawn[i] != drawn[j]);  // of 15 pixels, never alike but with 45 / 2^15
  }
}

TEST_CASE("a batch larger than the set holds all of it") {
  Batches batches(even_images(5), {.batch = INT64_MAX});
  CHECK(batches.steps_per_epoch() == 1);
  CHECK(batches.at(3).count() == 5);
}

TEST_CASE("batches that cannot be are refused with a sentence") {
  const Examples data = even_images(5);
  CHECK(error_message([&] { Batches(data, {.batch = 0}); }) ==
        "batch = 0 is out of range. Hint: use 1 or more");
  CHECK(contains(error_message([&] { Batches(data, {.batch = 6, .drop_last = true}); }),
                 "batch = 6 leaves no full batch of 5 images. Hint: "));
  Batches batches(data);
  CHECK_THROWS_AS(batches.at(-1), Error);
}

TEST_CASE("examples are read in the subset's order, the same in whatever pieces") {
  const Examples data = even_images(103);
  Rng rng(3, "evaluation");
  rng.set_draw(2);
  for (Pixels pixels : {Pixels::grey, Pixels::dynamic_binary, Pixels::fixed_binary, Pixels::dequantised}) {
    const Batch whole = read_examples(data, 0, 103, pixels, rng);
    CHECK(same_bytes(whole.rows, data.rows));
    for (int64_t begin = 0; begin < 103; begin += 25) {
      const int64_t end = std::min<int64_t>(begin + 25, 103);
      const Batch piece = read_examples(data, begin, end, pixels, rng);
      CHECK(same_bytes(piece.x, whole.x.rows(begin, end)));
      CHECK(same_bytes(piece.labels, whole.labels.rows(begin, end)));
    }
  }
  CHECK(rng.draw() == 2);
  Tensor own = read_examples(data, 0, 103, Pixels::grey, rng).rows;
  own.mutable_data<int64_t>()[0] = 99;
  CHECK(data.rows.data<int64_t>()[0] != 99);
  CHECK(read_examples(data, 7, 7, Pixels::grey, rng).count() == 0);
  for (auto [begin, end] : {std::pair{-1, 2}, {3, 2}, {0, 104}})
    CHECK_THROWS_AS(read_examples(data, begin, end, Pixels::grey, rng), Error);
}

}  // namespace gradzoo
