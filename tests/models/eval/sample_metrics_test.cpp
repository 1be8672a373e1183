#include "gradzoo/models/eval/sample_metrics.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

/// Four training images of 2 x 2: black, white, and each with its left half lit or its right.
Examples four_images() {
  return {tensor({0, 0, 0, 0, 255, 255, 255, 255, 255, 0, 255, 0, 0, 255, 0, 255}, {4, 2, 2}, DType::u8),
          zeros({4}, DType::u8), arange(4, DType::i64)};
}

/// A "classifier" whose features are the pixels, and which reads p(class 1) from the first of them.
Tensor first_pixel(const Tensor& x) {
  const Tensor p = slice(x, 1, 0, 1);
  return concat(1.0 - p, p, 1);
}
ClassifiedImages seen(const Tensor& images) {
  return classified(
      images, [](const Tensor& x) { return x.clone(); }, first_pixel);
}
SampleStatistics read(const Tensor& images, const Tensor& asked = {}) {
  return sample_statistics(seen(images), four_images(), asked);
}

TEST_CASE("shares, entropy and counts are those of what the classifier says") {
  // p(1) = 1, 1, .95, .5, .08: above .9 are three of one class and one of the other.
  const Tensor images = tensor({1, 1, 1, 1, 1, 0, 1, 0, .95, 0, 0, 0, .5, 0, 0, 0, .08, 0, 0, 0}, {5, 4});
  const SampleStatistics reading = read(images);
  CHECK(reading.count == 5);
  CHECK(reading.confident.value == approx(0.8));
  CHECK(reading.confident.standard_error == approx(std::sqrt(0.8 * 0.2 / 5)).epsilon(0.3));
  const double mean = (1 + 1 + .95 + .5 + .08) / 5;
  CHECK(reading.label_entropy.value ==
        approx(-mean * std::log(mean) - (1 - mean) * std::log(1 - mean)).epsilon(1e-5));
  CHECK(reading.called == std::vector<int64_t>{2, 3});  // .5 is a tie: the first of equals
}

TEST_CASE("of each class the first image that is called so for sure, and black where there is none") {
  // p(1) = .5, .95, 1: nothing is class 0 for sure, and the second image is the first sure one of class 1.
  const Tensor images = tensor({.5, 0, 0, .1, .95, 0, 0, .2, 1, 0, 0, .3}, {3, 4});
  CHECK(first_of_each_class(seen(images)).to_vector() ==
        tensor({0, 0, 0, 0, .95, 0, 0, .2}, {2, 4}).to_vector());
  const Tensor black = first_of_each_class(seen(tensor({.1, .7, .7, .7, 0, 0, 0, 0}, {2, 4})));
  CHECK(black.to_vector() == std::vector<double>(8, 0.0));  // .9 is not above .9
}

TEST_CASE("distances are Euclidean, to the nearest training image, and zero for one learned by heart") {
  // White itself; left half with one pixel .5 too dark; black with .3 and .4 somewhere.
  const Tensor images = tensor({1, 1, 1, 1, 1, 0, .5, 0, .3, 0, 0, .4}, {3, 4});
  const SampleStatistics reading = read(images);
  CHECK(reading.nearest_median.value == approx(0.5).epsilon(1e-5));
  CHECK(reading.nearest_mean.value == approx(1.0 / 3).epsilon(1e-5));
}

TEST_CASE("the entropy is log(classes) for classes that come alike, and 0 for one alone") {
  const Tensor balanced = tensor({1, 0, 0, 0, 0, 0, 0, 0}, {2, 4}), same = ones({3, 4});
  CHECK(read(balanced).label_entropy.value == approx(std::log(2.0)));
  CHECK(read(same).label_entropy.value == approx(0).scale(1));
}

TEST_CASE("diversity is the distance of two images that are called the same, whatever their class is") {
  // Class 1 at 1 and .6 apart in one pixel; class 0 all alike: (.6^2 + 0) / 2 is the mean square.
  const Tensor images = tensor({1, 0, 0, 0, 1, .6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {5, 4});
  CHECK(read(images).diversity.value == approx(std::sqrt(0.36 / 2)).epsilon(1e-5));
  CHECK(read(ones({3, 4})).diversity.value == approx(0).scale(1));
  CHECK(read(tensor({1, 0, 0, 0, 0, 0, 0, 0}, {2, 4})).diversity.value == 0);  // no class has two
}

TEST_CASE("images that were asked for by label are counted where they are called so") {
  const Tensor images = tensor({1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {4, 4});
  const Tensor asked = cast(tensor({1, 0, 0, 0}, {4}), DType::i64);
  CHECK(read(images, asked).as_asked->value == approx(0.75));
  CHECK_FALSE(read(images).as_asked);
}

TEST_CASE("evenly spread images come from all over the set") {
  const Tensor spread = evenly_spread(four_images(), 2);
  CHECK(spread.to_vector() == std::vector<double>{0, 0, 0, 0, 1, 0, 1, 0});
  CHECK(evenly_spread(four_images(), 4).dim(0) == 4);
  CHECK_THROWS_AS(evenly_spread(four_images(), 5), Error);
  CHECK_THROWS_AS(evenly_spread(four_images(), 0), Error);
}

TEST_CASE("what cannot be measured is refused with a sentence") {
  check_refused("(2,9)", [] { read(ones({2, 9})); });
  check_refused("not finite", [] { read(full({1, 4}, std::nan(""))); });
}

TEST_CASE("the median of an even number of distances is the mean of the two in the middle") {
  // Black with .1, .2, .4 and .5 in one pixel.
  const Tensor images = tensor({.1, 0, 0, 0, .2, 0, 0, 0, .4, 0, 0, 0, .5, 0, 0, 0}, {4, 4});
  CHECK(read(images).nearest_median.value == approx(0.3).epsilon(1e-4));
}

// By pixels that are features.
SampleMetrics metrics_by_pixels(const Examples& real, const Examples& train) {
  return {{"pixels", [](const Tensor& x) { return x.clone(); }, first_pixel}, real, train, Pixels::grey};
}

Examples images_of(const Tensor& pixels) {
  const int64_t n = pixels.dim(0);
  return {cast(reshape(pixels * 255.0, {n, 2, 2}), DType::u8), {}, arange(n, DType::i64)};
}

TEST_CASE("real images and those trained on are held against what was trained on") {
  const SampleMetrics metrics = metrics_by_pixels(images_of(concat(full({3, 4}, 0.2), ones({5, 4}), 0)),
                                                  images_of(concat(zeros({6, 4}), ones({2, 4}), 0)));
  const SampleStatistics real = metrics.measure_real(8).statistics,
                         training = metrics.measure_training(20).statistics;
  CHECK(real.called == std::vector<int64_t>{3, 5});
  CHECK(real.nearest_mean.value == approx(3 * 0.4 / 8).epsilon(1e-5));  // .2 in four pixels
  CHECK(training.called == std::vector<int64_t>{6, 2});
  CHECK(training.nearest_mean.value == 0);
}

TEST_CASE("a kernel distance does not hang on the order of the real images") {
  const Tensor black = zeros({100, 4}), white = ones({100, 4});
  const Examples sorted = images_of(concat(black, white, 0));
  const Tensor mixed = reshape(concat(black, white, 1), {200, 4});
  const SampleQuality found = metrics_by_pixels(sorted, sorted).measure(mixed);
  REQUIRE(found.kernel);
  CHECK(std::abs(found.kernel->value) < 0.2);  // half black against all black: 1.75
}

}  // namespace
}  // namespace gradzoo
