#include "models/eval/digit_ruler.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

/// Four training images of 2 x 2: black, white, and each with its left half lit or its right.
Examples four_images() {
  return {tensor({0, 0, 0, 0, 255, 255, 255, 255, 255, 0, 255, 0, 0, 255, 0, 255}, {4, 2, 2}, DType::u8),
          zeros({4}, DType::u8), arange(4, DType::i64)};
}

/// A "classifier" that reads p(class 1) from the first pixel.
Tensor first_pixel(const Tensor& x) {
  const Tensor p = slice(x, 1, 0, 1);
  return concat(1.0 - p, p, 1);
}

TEST_CASE("shares, entropy and counts are those of what the classifier says") {
  // p(1) = 1, 1, .95, .5, .08: above .9 are three of one class and one of the other.
  const Tensor images = tensor({1, 1, 1, 1, 1, 0, 1, 0, .95, 0, 0, 0, .5, 0, 0, 0, .08, 0, 0, 0}, {5, 4});
  const RulerReading reading = read_ruler(images, first_pixel, four_images());
  CHECK(reading.count == 5);
  CHECK(reading.confident == doctest::Approx(0.8));
  CHECK(reading.confident_error == doctest::Approx(std::sqrt(0.8 * 0.2 / 5)));
  const double mean = (1 + 1 + .95 + .5 + .08) / 5;
  CHECK(reading.label_entropy ==
        doctest::Approx(-mean * std::log(mean) - (1 - mean) * std::log(1 - mean)).epsilon(1e-5));
  CHECK(reading.called == std::vector<int64_t>{2, 3});  // .5 is a tie: the first of equals
}

TEST_CASE("distances are Euclidean, to the nearest training image, and zero for one learned by heart") {
  // White itself; left half with one pixel .5 too dark; black with .3 and .4 somewhere.
  const Tensor images = tensor({1, 1, 1, 1, 1, 0, .5, 0, .3, 0, 0, .4}, {3, 4});
  const RulerReading reading = read_ruler(images, first_pixel, four_images());
  CHECK(reading.nearest_median == doctest::Approx(0.5).epsilon(1e-5));
  CHECK(reading.nearest_mean == doctest::Approx(1.0 / 3).epsilon(1e-5));
}

TEST_CASE("the entropy is log(classes) for classes that come alike, and 0 for one alone") {
  const Tensor balanced = tensor({1, 0, 0, 0, 0, 0, 0, 0}, {2, 4}), same = ones({3, 4});
  CHECK(read_ruler(balanced, first_pixel, four_images()).label_entropy == doctest::Approx(std::log(2.0)));
  CHECK(read_ruler(same, first_pixel, four_images()).label_entropy == doctest::Approx(0));
}

TEST_CASE("evenly spread images come from all over the set") {
  const Tensor spread = evenly_spread(four_images(), 2);
  CHECK(spread.to_vector() == std::vector<double>{0, 0, 0, 0, 1, 0, 1, 0});
  CHECK(evenly_spread(four_images(), 4).dim(0) == 4);
  CHECK_THROWS_AS(evenly_spread(four_images(), 5), Error);
  CHECK_THROWS_AS(evenly_spread(four_images(), 0), Error);
}

TEST_CASE("what cannot be measured is refused with a sentence") {
  const std::string width = error_message([] { read_ruler(ones({2, 9}), first_pixel, four_images()); });
  CHECK_MESSAGE(contains(width, "(2,9)"), width);
  const std::string nan = error_message([] {
    read_ruler(full({1, 4}, std::nan("")), first_pixel, four_images());
  });
  CHECK_MESSAGE(contains(nan, "not finite"), nan);
}

}  // namespace
}  // namespace gradzoo
