#include "experiments/uses/two_samples.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

Tensor indices(const std::vector<double>& rows) {
  return tensor(rows, {static_cast<int64_t>(rows.size())}, DType::i64);
}

Tensor logits(const std::vector<double>& values) {
  return tensor(values, {static_cast<int64_t>(values.size())});
}

/// Sets of twelve examples of which the first ten are held out: A is surer the later a row comes, and so is
/// B.
template <class Example>
Picture picture_of(const DataShape& shape, const Shape& example, Example value) {
  std::vector<double> a, b, rows;
  for (int64_t row = 0; row < 12; ++row)
    for (int64_t i = 0; i < example.size(); ++i) {
      a.push_back(value(0, row));
      b.push_back(value(1, row));
    }
  C2stResult result;
  std::vector<double> of_a, of_b;
  for (int64_t row = 0; row < 10; ++row) {
    rows.push_back(static_cast<double>(row));
    of_a.push_back(0.5 + static_cast<double>(row));
    of_b.push_back(-0.25 - static_cast<double>(row));
  }
  result.rows_a = result.rows_b = indices(rows);
  result.logits_a = logits(of_a);
  result.logits_b = logits(of_b);
  const Shape all = example.rank() == 1 ? Shape{12, example[0]} : Shape{12, example[0], example[1]};
  return surest_picture({{tensor(a, all), "left"}, {tensor(b, all), "right"}, shape, false}, result);
}

TEST_CASE("a set held against itself is parted: no example stands on both sides") {
  const TwoSets sets = two_sets({"ring8"}, {"ring8"}, 300, 1);
  const std::vector<double> a = sets.a.samples.to_vector(), b = sets.b.samples.to_vector();
  const std::set<double> known(a.begin(), a.end());
  CHECK(std::ranges::none_of(b, [&](double value) { return known.contains(value); }));
  CHECK(sets.a.samples.shape() == Shape{300, 2});
  CHECK(two_sets({"ring8"}, {"ring8"}, 300, 2).a.samples.to_vector() != a);  // chosen at random
  CHECK(sets.b.description == "ring8 (test)");
}

TEST_CASE("of images those are shown of which the classifier was surest, on either side") {
  const DataShape shape{.example = {4, 4}};
  const Picture picture = picture_of(
      shape, {4, 4}, [](int side, int64_t row) { return 0.05 * static_cast<double>(row) + 0.01 * side; });
  const ImageGrid& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.row_captions == std::vector<std::string>{"A", "B"});
  REQUIRE(grid.pixels.shape() == Shape{20, 4, 4});
  for (int64_t i = 0; i < 10; ++i) {
    const double row = 0.05 * static_cast<double>(9 - i);
    CHECK(grid.pixels.rows(i, i + 1).to_vector()[0] == approx(row));
    CHECK(grid.pixels.rows(10 + i, 11 + i).to_vector()[0] == approx(row + 0.01));
  }
}

TEST_CASE("of points in the plane a tenth is called surely A, and surely B") {
  const Picture picture = picture_of(
      {.example = {2}}, {2}, [](int side, int64_t row) { return static_cast<double>(row) + 100 * side; });
  const auto& planes = std::get<Planes>(picture.content).planes;
  REQUIRE(planes.size() == 4);
  CHECK(planes[0].points.dim(0) == 10);
  CHECK(planes[2].points.to_vector() == std::vector<double>{9, 9});
  CHECK(planes[3].points.to_vector() == std::vector<double>{109, 109});
}

TEST_CASE("of other points each stands at its own logit, coloured by its side") {
  const Picture picture = picture_of(
      {.example = {1}}, {1}, [](int side, int64_t row) { return static_cast<double>(row) + 100 * side; });
  const Scatter& scatter = std::get<Scatter>(picture.content);
  const std::vector<double> points = scatter.points.to_vector(), labels = scatter.labels.to_vector();
  for (size_t row = 0; row < 10; ++row) {
    const auto place = static_cast<double>(row);
    CHECK(points[2 * row] == place);
    CHECK(points[2 * row + 1] == approx(0.5 + place));
    CHECK(points[20 + 2 * row] == 100 + place);
    CHECK(points[21 + 2 * row] == approx(-0.25 - place));
    CHECK(labels[row] == 0);
    CHECK(labels[10 + row] == 1);
  }
}

}  // namespace
}  // namespace gradzoo
