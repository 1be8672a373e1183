#include "gradzoo/models/pictures/image_pictures.h"

#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("Rows take turns, ten images each, cut to the range of pixels; what fills no row is left out") {
  const DataShape shape{.example = {2, 2}};
  const std::array<Tensor, 3> parts = {full({25, 4}, 2.0), full({25, 4}, 0.25), full({25, 4}, -1.0)};
  const ImageGrid grid = rows_by_turns(parts, {"a", "b", "c"}, shape);
  REQUIRE(grid.pixels.shape() == Shape{60, 2, 2});
  CHECK(grid.columns == 10);
  CHECK(grid.row_captions == std::vector<std::string>{"a", "b", "c"});
  const double expected[] = {1.0, 0.25, 0.0};
  for (int64_t row = 0; row < 6; ++row)
    CHECK(grid.pixels.rows(10 * row, 10 * row + 10).to_vector() ==
          std::vector<double>(40, expected[row % 3]));
  const std::array<Tensor, 3> four = {parts[0].rows(0, 4), parts[1].rows(0, 4), parts[2].rows(0, 4)};
  const ImageGrid row = rows_by_turns(four, {"a", "b", "c"}, shape);  // fewer than a row are one
  CHECK(row.columns == 4);
  CHECK(row.pixels.dim(0) == 12);
}

TEST_CASE("Rows of coloured examples are images of height, width and three colours") {
  const Tensor rows = reshape(arange(24) / 24.0, {2, 12});
  const Tensor images = as_examples(rows, {.example = {2, 2, 3}});
  CHECK(images.shape() == Shape{2, 2, 2, 3});
  CHECK(images.to_vector() == rows.to_vector());
}

TEST_CASE("Under each sample stands the training image nearest to it") {
  const DataShape shape{.example = {2, 2}};
  const Examples train{
      tensor({0, 0, 0, 0, 255, 255, 255, 255}, {2, 2, 2}, DType::u8), {}, arange(2, DType::i64)};
  // Dark and bright samples by turns.
  const Tensor bright = reshape(arange(12) - floor(arange(12) / 2.0) * 2.0, {12, 1});
  const Tensor samples = broadcast_to(bright * 0.6 + 0.2, {12, 4});
  const Picture picture = neighbours_picture(samples, shape, train);
  const Tensor& pixels = std::get<ImageGrid>(picture.content).pixels;
  REQUIRE(pixels.dim(0) == 20);
  for (int64_t i = 0; i < 10; ++i)
    CHECK(pixels.rows(10 + i, 11 + i).to_vector() == std::vector<double>(4, i % 2 == 0 ? 0.0 : 1.0));
}

TEST_CASE("arcs go from one code to the other and keep the length of orthogonal ones, a label along a row") {
  const Tensor arcs = arcs_between(tensor({2, 0, 0, 2, 1, 1, 3, -1}, {4, 2}), 2);
  REQUIRE(arcs.shape() == Shape{20, 2});
  const std::vector<double> x = arcs.to_vector();
  for (size_t i = 0; i < 10; ++i) CHECK(std::hypot(x[2 * i], x[2 * i + 1]) == approx(2));
  CHECK(x[0] == approx(2));
  CHECK(x[19] == approx(2));
  CHECK(x[20] == approx(1));
  CHECK(x[38] == approx(3));
  CHECK(x[39] == approx(-1));
  const std::vector<double> labels = along_rows(tensor({3, 1}, {2}, DType::i64)).to_vector();
  CHECK(labels[9] == 3);
  CHECK(labels[10] == 1);
  CHECK(labels.size() == 20);
  CHECK_FALSE(along_rows({}).defined());
}

}  // namespace gradzoo
