#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("an error of a tenth everywhere is 20 dB, of the whole range 0, and none infinite") {
  const Tensor truth = tensor({0.2, 0.4, 0, 1, 0.5, 0.5}, {3, 2}, DType::f64);
  const Tensor images = tensor({0.3, 0.3, 1, 0, 0.5, 0.5}, {3, 2}, DType::f64);
  const Tensor found = psnr(images, truth);
  REQUIRE(found.shape() == Shape{3});
  CHECK(found.data<double>()[0] == approx(20).epsilon(1e-12));
  CHECK(found.data<double>()[1] == approx(0).scale(1));
  CHECK(std::isinf(found.data<double>()[2]));
}

TEST_CASE("each image has its own: Gaussian noise of sigma is -20 log10 sigma") {
  Rng rng(1, "psnr_test");
  constexpr int64_t kPixels = 40'000;
  const Tensor truth = rand({2, kPixels}, rng, DType::f64), noise = randn({2, kPixels}, rng, DType::f64);
  for (const double sigma : {0.1, 0.3}) {
    const std::vector<double> found = psnr(truth + noise * sigma, truth).to_vector();
    // sd of the mean square: sigma^2 sqrt(2 / n), in dB 10 / ln 10 of its share; 3.9 of them
    const double allowed = 3.9 * 10 / std::log(10.0) * std::sqrt(2.0 / kPixels);
    for (const double value : found) CHECK(std::abs(value + 20 * std::log10(sigma)) < allowed);
    CHECK(found[0] != found[1]);
  }
}

TEST_CASE("images and truth of different shapes are refused, and no image is") {
  test::check_refused("(n, pixels)", [] { psnr(zeros({2, 3}), zeros({3, 2})); });
  test::check_refused("one image", [] { psnr(zeros({0, 3}), zeros({0, 3})); });
}

}  // namespace gradzoo
