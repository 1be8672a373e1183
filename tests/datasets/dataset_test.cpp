#include "datasets/dataset.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {

using test::contains;
using test::error_message;

TEST_CASE("A toy gives fresh points at every step, the same for a seed and a step, whatever came before") {
  const Dataset ring("ring8");
  const auto batches = ring.batches(Split::fit, {.batch = 64, .seed = 3});
  CHECK(batches->steps_per_epoch() == 782);  // 50,000 points
  const std::vector<double> first = batches->at(0).x.to_vector();
  const Tensor later = batches->at(1000).x;
  CHECK(later.shape() == Shape{64, 2});
  CHECK(batches->at(1).x.to_vector() != first);
  CHECK(batches->at(0).x.to_vector() == first);
  CHECK(ring.batches(Split::fit, {.batch = 64, .seed = 4})->at(0).x.to_vector() != first);
  CHECK(batches->at(0).rows.defined() == false);
  CHECK(contains(error_message([&] { batches->at(-1); }), "step -1"));
  CHECK(contains(error_message([&] { ring.batches(Split::fit, {.batch = 0}); }), "batch = 0"));
}

TEST_CASE("The parts of a toy are fixed, apart from each other, and read like any examples") {
  const Dataset ring(DatasetOptions{.data = "ring8", .toy_scale = 2});
  const Examples valid = ring.split(Split::valid), test = ring.split(Split::test);
  CHECK(valid.count() == 10'000);
  CHECK(valid.size() == 2);
  CHECK(valid.example() == Shape{2});
  CHECK(valid.values.to_vector() == ring.split(Split::valid).values.to_vector());
  CHECK(valid.values.to_vector() != test.values.to_vector());
  const Batch some = read_examples(valid, 3, 5, Pixels::grey, Rng(0), DType::f64);
  CHECK(some.x.to_vector() == valid.values.rows(3, 5).to_vector());
  CHECK(some.x.dtype() == DType::f64);
  CHECK_FALSE(some.labels.defined());
  CHECK(mean(sum(square(valid.values), 1)).item() == doctest::Approx(4 * 1.08).epsilon(0.05));
}

TEST_CASE("Images have a shape and classes, and nothing of a toy") {
  const Dataset mnist("mnist");
  CHECK(mnist.shape().example == Shape{28, 28});
  CHECK(mnist.shape().classes == 10);
  CHECK(mnist.shape().toy == nullptr);
  CHECK(contains(error_message([] { Dataset(DatasetOptions{.data = "mnist", .toy_noise = 0.1}); }),
                 "toy_noise"));
  CHECK(contains(error_message([] { Dataset("ring9"); }), "'ring8'"));
}

}  // namespace gradzoo
