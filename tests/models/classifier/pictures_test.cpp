#include "models/classifier/pictures.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

/// Six 2 x 2 images, image i all of brightness 10 (i + 1); labels and what is called are planted.
struct Planted {
  Examples images;
  Predictions predictions;

  Planted() {
    Tensor pixels = zeros({6, 2, 2}, DType::u8);
    for (int64_t i = 0; i < 24; ++i)
      pixels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(10 * (i / 4 + 1));
    images = {pixels, tensor({0, 0, 1, 1, 1, 1}, {6}, DType::u8), arange(6, DType::i64)};
    // Called 0: images 0 (right), 2 (wrong, .6) and 3 (wrong, .9); called 1: 1 (wrong, .8), 4 and 5 (right).
    const Tensor p = tensor({.7, .3, .2, .8, .6, .4, .9, .1, .1, .9, .3, .7}, {6, 2});
    predictions = predict([&](const Tensor&) -> Tensor { return p.detach(); }, images);
  }
};

/// Brightness 10 (i + 1) back to i; -1 for black.
int64_t image_in(const ImageGrid& grid, int64_t place) {
  const double byte = 255 * grid.pixels.to_vector()[static_cast<size_t>(4 * place)];
  return std::lround(byte / 10) - 1;
}

TEST_CASE("mistakes stand in the row of what they were called, the surest first") {
  const Planted planted;
  const Picture picture = misclassified(planted.images, planted.predictions);
  const ImageGrid& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.row_captions == std::vector<std::string>{"called 0", "called 1"});
  CHECK(image_in(grid, 0) == 3);
  CHECK(image_in(grid, 1) == 2);
  CHECK(image_in(grid, 2) == -1);
  CHECK(image_in(grid, 10) == 1);
  CHECK(image_in(grid, 11) == -1);
}

TEST_CASE("the confusion has labels as rows and calls as columns, with the surest example of each") {
  const Planted planted;
  const Picture picture = confusion(planted.images, planted.predictions);
  const ImageGrid& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.columns == 2);
  CHECK(image_in(grid, 0) == 0);
  CHECK(image_in(grid, 1) == 1);
  CHECK(image_in(grid, 2) == 3);
  CHECK(image_in(grid, 3) == 4);
}

TEST_CASE("errors are counted by label") {
  const Planted planted;
  const std::vector<Picture> pictures = classifier_pictures(planted.images, planted.predictions);
  const Bars& bars = std::get<Bars>(pictures[2].content);
  CHECK(bars.values == std::vector<double>{50, 50});
  CHECK(bars.names == std::vector<std::string>{"0", "1"});
}

}  // namespace
}  // namespace gradzoo
