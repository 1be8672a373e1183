#include "models/pictures/samples_picture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/toys/toy.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("samples on a line are shown as a histogram that counts each finite one once") {
  const Picture picture = samples_picture(tensor({0.0, 0.0, 1.0, 2.0, 4.0, std::nan("")}, {6, 1}));
  const Bars& bars = std::get<Bars>(picture.content);
  REQUIRE(bars.values.size() == 40);
  CHECK(bars.values.front() == 2);
  CHECK(bars.values[10] == 1);
  CHECK(bars.values.back() == 1);
  CHECK(std::accumulate(bars.values.begin(), bars.values.end(), 0.0) == 5);
  CHECK(bars.names.front() == "0.05");
  CHECK(std::get<Bars>(samples_picture(ones({3, 1})).content).values.front() == 3);
  CHECK(std::get<Bars>(samples_picture(full({3, 1}, INFINITY)).content).values.empty());
}

TEST_CASE("samples in the plane and beyond are shown by their first two numbers, images as a grid") {
  const Picture points = samples_picture(tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, {2, 3}));
  CHECK(std::get<Scatter>(points.content).points.to_vector() == std::vector<double>{1, 2, 4, 5});
  CHECK(std::holds_alternative<ImageGrid>(samples_picture(zeros({2, 3, 3})).content));
}

TEST_CASE("a 1-D sample stands beside what the true density would put into each bin") {
  Rng rng(3, "histogram");
  const auto gamma = make_toy("gamma");
  const Tensor samples = gamma->sample(20'000, rng);
  const Picture picture = samples_picture(samples, gamma.get());
  const Bars& bars = std::get<Bars>(picture.content);
  REQUIRE(bars.expected.size() == bars.values.size());
  CHECK(std::accumulate(bars.expected.begin(), bars.expected.end(), 0.0) == approx(20'000).epsilon(1e-3));
  // Pearson's statistic of the bins that expect 10 or more, under its 1e-6 quantile for 39 degrees.
  double chi2 = 0;
  for (size_t i = 0; i < bars.values.size(); ++i) {
    if (bars.expected[i] >= 10) chi2 += std::pow(bars.values[i] - bars.expected[i], 2) / bars.expected[i];
  }
  CHECK(chi2 < 100);
}

TEST_CASE("points that are small images are shown as tiles, within their range") {
  const auto toy = make_toy("bars-and-stripes");
  Rng rng(1, "tiles");
  const Picture picture = samples_picture(toy->sample(150, rng) * 3.0, toy.get());
  const ImageGrid& grid = std::get<ImageGrid>(picture.content);
  CHECK(grid.pixels.shape() == Shape{100, 4, 4});
  CHECK(max(grid.pixels).item() == 1);
  // Every tile of the truth has equal rows or equal columns.
  const Tensor rows = var_axis(grid.pixels, 2), columns = var_axis(grid.pixels, 1);  // (n, 4)
  const std::vector<double> least = minimum(max(rows, 1), max(columns, 1)).to_vector();
  CHECK(*std::ranges::max_element(least) == 0);
}

}  // namespace gradzoo
