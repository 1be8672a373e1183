#include "models/gan/pictures.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("each row of the interpolation walks an arc from one z to another, under one label") {
  Rng rng(1, "pictures_test");
  const DataShape shape{.example = {2, 3}, .classes = 3};
  const GanShape sizes{
      .data = shape, .latent = 4, .generator_hidden = {6}, .discriminator_hidden = {6}, .classes = 3};
  const Generator generator(sizes, rng);
  const Discriminator discriminator(sizes, rng);
  const Examples images{zeros({12, 2, 3}, DType::u8), zeros({12}, DType::u8), arange(12, DType::i64)};
  const std::vector<Picture> pictures =
      gan_image_pictures(generator, Classes({.by_label = true}, shape), shape, {images, images, 5});
  const auto found = std::ranges::find(pictures, "interpolation", &Picture::name);
  REQUIRE(found != pictures.end());
  const Tensor& shown = std::get<ImageGrid>(found->content).pixels;
  Rng ends(5, "pictures/interpolation");
  const Tensor drawn = randn({16, 4}, ends);
  const NoGrad quiet;
  for (int64_t row = 0; row < 8; ++row) {
    const Tensor label = full({1}, static_cast<double>(row % 3), DType::i64);
    const auto check = [&](int64_t column, const Tensor& z) {
      const Tensor image = shown.rows(10 * row + column, 10 * row + column + 1);
      CHECK(test::max_error(image, generator.generate(z, label).to_vector()) < 1e-5);
    };
    const Tensor from = drawn.rows(2 * row, 2 * row + 1), to = drawn.rows(2 * row + 1, 2 * row + 2);
    check(0, from);
    check(3, from * 0.8660254037844387 + to * 0.5);  // 30 of 90 degrees
    check(9, to);
  }
}

TEST_CASE("what D thinks of the plane is drawn with x from left to right and y upwards") {
  const DataShape ring{.example = {2}, .toy = make_toy("ring8")};
  const GanShape sizes{.data = ring, .latent = 2, .generator_hidden = {6}, .discriminator_hidden = {6}};
  Rng rng(2, "pictures_test");
  const Generator generator(sizes, rng);
  const Discriminator discriminator(sizes, rng);
  const Picture game = gan_game(generator, discriminator, minimax, *ring.toy, 5);
  const Plane& judged = std::get<Planes>(game.content).planes[2];
  const int64_t rows = judged.density.dim(0), columns = judged.density.dim(1);
  const auto place = [](double low, double high, int64_t i, int64_t n) {
    return low + (static_cast<double>(i) + 0.5) * (high - low) / static_cast<double>(n);
  };
  const NoGrad quiet;
  for (const auto& [row, column] : {std::pair<int64_t, int64_t>{0, 0}, {3, columns - 1}, {rows - 2, 5}}) {
    const Tensor at = tensor(
        {place(judged.x_low, judged.x_high, column, columns), place(judged.y_low, judged.y_high, row, rows)},
        {1, 2});
    const double shown = judged.density.to_vector()[static_cast<size_t>(row * columns + column)];
    CHECK(shown == approx(sigmoid(discriminator.forward(at)).item()).epsilon(1e-5));
  }
}

}  // namespace gradzoo
