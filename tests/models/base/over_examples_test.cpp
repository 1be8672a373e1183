#include "gradzoo/models/base/over_examples.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a mean over images carries its standard error, and one image has none") {
  const Quantity q = mean_over_examples({"loss", "nats/image"}, tensor({1, 2, 3, 6}, {4}), "what it means");
  CHECK(q.value == 3.0);
  CHECK(q.error == approx(std::sqrt((4 + 1 + 0 + 9) / 3.0 / 4)));
  CHECK(q.unit == "nats/image");
  CHECK(std::isnan(mean_over_examples({"loss", ""}, ones({1}), "").error));
}

TEST_CASE("batches walk through all images in order, with the same drawn pixels whatever the chunk") {
  Rng rng(3);
  const Examples images{cast(rand({7, 2, 2}, rng) * 255.0, DType::u8), zeros({7}, DType::u8),
                        arange(7, DType::i64)};
  const auto pixels_in_chunks_of = [&](int64_t chunk) {
    Tensors parts;
    for_each_batch(images, Pixels::dynamic_binary, 5, chunk, [&](const Batch& b) { parts.push_back(b.x); });
    CHECK(parts.size() == static_cast<size_t>((7 + chunk - 1) / chunk));
    return concat(parts, 0).to_vector();
  };
  const std::vector<double> whole = pixels_in_chunks_of(500);
  CHECK(whole.size() == 7 * 4);
  CHECK(pixels_in_chunks_of(3) == whole);
  CHECK(pixels_in_chunks_of(1) == whole);
  Tensor other;
  for_each_batch(images, Pixels::dynamic_binary, 6, 7, [&](const Batch& b) { other = b.x; });
  CHECK(other.to_vector() != whole);
}

TEST_CASE("pairs have the labels that are asked for, and no example comes twice") {
  // Example i is a pixel of value i, its label i % 3; of six examples the set means five.
  const Examples six{tensor({0, 1, 2, 3, 4, 5}, {6, 1, 1}, DType::u8),
                     tensor({0, 1, 2, 0, 1, 2}, {6}, DType::u8), tensor({0, 1, 3, 4, 5}, {5}, DType::i64)};
  Rng rng(1, "test/pairs");
  const int64_t labels[] = {1, -1};
  const Batch ends = pairs_of(six, labels, Pixels::grey, rng);
  REQUIRE(ends.count() == 4);
  CHECK(ends.labels.rows(0, 2).to_vector() == std::vector<double>{1, 1});
  std::vector<double> values = (ends.x * 255.0).to_vector();
  for (double& value : values) value = std::round(value);
  std::ranges::sort(values);
  CHECK(std::ranges::adjacent_find(values) == values.end());
  CHECK(std::ranges::find(values, 2.0) == values.end());  // which the set does not mean
  const int64_t two[] = {2};
  check_refused("label 2 for 1 pairs", [&] { pairs_of(six, two, Pixels::grey, rng); });
}
