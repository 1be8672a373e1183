#include "gradzoo/datasets/dataset.h"

#include <set>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;

TEST_CASE("A toy gives fresh points at every step, the same for a seed and a step, whatever came before") {
  const Dataset ring("ring8");
  const auto batches = ring.batches(Split::fit, {.batch = 64, .seed = 3});
  CHECK(batches->steps_per_epoch() == 782);  // 50,000 points
  const std::vector<double> first = batches->at(0).x.to_vector();
  const Tensor later = batches->at(1000).x;
  CHECK(later.shape() == Shape{64, 2});
  CHECK(batches->at(1).x.to_vector() != first);
  // No point of a step comes again in the next ones.
  std::set<std::vector<double>> points;
  for (int64_t step = 0; step < 20; ++step) {
    const std::vector<double> x = batches->at(step).x.to_vector();
    for (size_t i = 0; i < x.size(); i += 2) points.insert({x[i], x[i + 1]});
  }
  CHECK(points.size() == 20 * 64);
  CHECK(batches->at(0).x.to_vector() == first);
  CHECK(ring.batches(Split::fit, {.batch = 64, .seed = 4})->at(0).x.to_vector() != first);
  CHECK(batches->at(0).rows.defined() == false);
  CHECK(contains(error_message([&] { batches->at(-1); }), "step -1"));
  CHECK(contains(error_message([&] { ring.batches(Split::fit, {.batch = 0}); }), "batch = 0"));
}

TEST_CASE("No step of a toy's batches draws a number that another one draws") {
  for (const ToyInfo& info : known_toys()) {
    CAPTURE(info.name);
    const auto batches = Dataset(info.name).batches(Split::fit, {.batch = 8, .seed = 3});
    Rng rng(3, "batches/points");
    const auto toy = make_toy(info.name);
    toy->sample(8, rng);
    CHECK(rng.draw() <= 16);
    rng.set_draw(16 * 5);
    CHECK(batches->at(5).x.to_vector() == toy->sample(8, rng).to_vector());
  }
}

TEST_CASE("The parts of a toy are fixed, apart from each other, and read like any examples") {
  const Dataset ring(DatasetOptions{.data = "ring8", .toy_scale = 2});
  const Examples valid = ring.split(Split::valid), test = ring.split(Split::test);
  CHECK(ring.shape().units.length() == 2);
  CHECK(ring.split(Split::fit).count() == 50'000);
  CHECK(ring.split(Split::train).count() == 50'000);
  CHECK(valid.count() == 10'000);
  CHECK(valid.size() == 2);
  CHECK(valid.example() == Shape{2});
  CHECK(valid.values.to_vector() == ring.split(Split::valid).values.to_vector());
  CHECK(valid.values.to_vector() != test.values.to_vector());
  const Batch some = read_examples(valid, 3, 5, Pixels::grey, Rng(0), DType::f64);
  CHECK(some.x.to_vector() == valid.values.rows(3, 5).to_vector());
  CHECK(some.x.dtype() == DType::f64);
  CHECK_FALSE(some.labels.defined());
  CHECK(mean(sum(square(valid.values), 1)).item() == approx(4 * 1.08).epsilon(0.05));
}

TEST_CASE("Images have a shape and classes, and nothing of a toy") {
  const Dataset mnist("mnist");
  CHECK(mnist.shape().example == Shape{28, 28});
  CHECK(mnist.shape().classes == 10);
  CHECK(mnist.shape().toy == nullptr);
  CHECK(mnist.batches(Split::valid, {.batch = 1000})->steps_per_epoch() == 5);
  CHECK(mnist.batches(Split::train, {.batch = 1000})->steps_per_epoch() == 60);
  CHECK(contains(error_message([] { Dataset(DatasetOptions{.data = "mnist", .toy_noise = 0.1}); }),
                 "toy_noise"));
  CHECK(contains(error_message([] { Dataset("ring9"); }), "'ring8'"));
}

TEST_CASE("A subset goes for every part and for batches, and a toy has none") {
  const Dataset sevens(DatasetOptions{.data = "mnist", .subset = {.only = "7"}});
  const Examples fit = sevens.split(Split::fit), valid = sevens.split(Split::valid);
  CHECK(fit.count() + valid.count() == sevens.split(Split::train).count());
  CHECK(sevens.split(Split::train).count() == 6265);
  CHECK(sevens.split(Split::test).count() == 1028);
  CHECK(sevens.shape().classes == 10);
  const Batch batch = sevens.batches(Split::fit, {.batch = 50})->at(3);
  CHECK(min(cast(batch.labels, DType::f64)).item() == 7);
  CHECK(max(cast(batch.labels, DType::f64)).item() == 7);
  const std::string message =
      error_message([] { Dataset(DatasetOptions{.data = "ring8", .subset = {.ink = Ink::thick}}); });
  CHECK_MESSAGE(contains(message, "ink=thick selects images, and ring8 is a toy"), message);
}

TEST_CASE("the diameter is the largest distance of two examples, as is noted of known images") {
  CHECK(diameter_of(tensor({0, 0, 3, 4, 1, 1}, {3, 2})) == approx(5));
  CHECK(diameter_of(tensor({2, 2}, {1, 2})) == 0);
  const Tensor far =
      tensor({0, 0, 3, 4, 1, 1}, {3, 2}, DType::f64) + 1e9;  // whose squares keep no digit of 25
  CHECK(diameter_of(far) == approx(5));
  const Dataset mnist("mnist");
  const Examples train = mnist.split(Split::train);
  const Rng rng(0, "dataset_test");
  const double found = diameter_of(read_examples(train, 0, 1000, Pixels::grey, rng).x);
  CHECK(mnist.shape().diameter() == approx(found).epsilon(1e-4));
  CHECK(shape_of({.data = "mnist"}).diameter() == mnist.shape().diameter());
  const double ring = shape_of({.data = "ring8"}).diameter();  // modes lie 2 apart at most
  CHECK(ring > 2);
  CHECK(ring < 3.5);
}

}  // namespace gradzoo
