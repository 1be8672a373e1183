#include "models/pictures/unit_pictures.h"

#include <array>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

TEST_CASE("Examples have a tile where they are images, grey or coloured, or patterns of a toy") {
  CHECK(tile_of({.example = {28, 27}}) == Shape{28, 27});
  CHECK(tile_of({.example = {8, 8, 3}}) == Shape{8, 8, 3});
  CHECK(tile_of({.example = {16}, .toy = make_toy("bars-and-stripes")}) == Shape{4, 4});
  CHECK(tile_of({.example = {2}, .toy = make_toy("ring8")}).rank() == 0);
}

TEST_CASE("A filter is a column of the weights, grey where it is 0, on a scale of its own") {
  const Picture picture = filters_picture(tensor({0, 3, 2, 0, -4, -3, 1, 1.5}, {4, 2}), {2, 2}, "f", "");
  const auto& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.pixels.shape() == Shape{2, 2, 2});
  CHECK(grid.pixels.to_vector() == std::vector<double>{0.5, 0.75, 0, 0.625, 1, 0.5, 0, 0.75});
}

TEST_CASE("A filter of coloured images has the weight of each colour in its place") {
  const Picture picture = filters_picture(tensor({1, 0, -2}, {3, 1}), {1, 1, 3}, "f", "");
  const auto& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.pixels.shape() == Shape{1, 1, 1, 3});
  CHECK(grid.pixels.to_vector() == std::vector<double>{0.75, 0.5, 0});
}

TEST_CASE("A row of chains is one chain at one step after another") {
  const std::array<Tensor, 3> steps = {tensor({0, 0, 1, 1}, {2, 2}), tensor({0.25, 0, 0.5, 1}, {2, 2}),
                                       tensor({1, 0, 0, 0}, {2, 2})};
  const ImageGrid grid = chains_grid(steps, {1, 2});
  CHECK(grid.columns == 3);
  CHECK(grid.pixels.shape() == Shape{6, 1, 2});
  CHECK(grid.pixels.to_vector() == std::vector<double>{0, 0, 0.25, 0, 1, 0, 1, 1, 0.5, 1, 0, 0});
}

TEST_CASE("Steps grow from 0 to the last, and never fall") {
  CHECK(growing_steps(1000, 4) == std::vector<int64_t>{0, 10, 100, 1000});
  CHECK(growing_steps(2, 5) == std::vector<int64_t>{0, 1, 1, 2, 2});
}

}  // namespace gradzoo
