#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("the nearest image is the one at the smallest distance, wherever it stands in the set") {
  constexpr int64_t kImages = 9001, kPixels = 4;  // more than are looked at at once
  Rng rng(1, "nearest_images_test");
  const Examples images{cast(rand({kImages, 2, 2}, rng) * 255.0, DType::u8), {}, arange(kImages, DType::i64)};
  const Tensor queries = rand({12, kPixels}, rng), found = nearest_images(queries, images);
  const uint8_t* bytes = images.values.data<uint8_t>();
  int64_t late = 0;
  for (int64_t i = 0; i < 12; ++i) {
    double least = 1e9;
    int64_t nearest = -1;
    for (int64_t row = 0; row < kImages; ++row) {
      double distance = 0;
      for (int64_t k = 0; k < kPixels; ++k) {
        const double off =
            bytes[row * kPixels + k] / 255.0 - static_cast<double>(queries.data<float>()[i * kPixels + k]);
        distance += off * off;
      }
      if (distance >= least) continue;
      least = distance;
      nearest = row;
    }
    late += nearest >= 8000;
    double distance = 0;
    for (int64_t k = 0; k < kPixels; ++k) {
      const double off =
          static_cast<double>(found.data<float>()[i * kPixels + k] - queries.data<float>()[i * kPixels + k]);
      distance += off * off;
    }
    CHECK(distance == approx(least).epsilon(1e-4));
  }
  CHECK(late > 0);
}

}  // namespace gradzoo
