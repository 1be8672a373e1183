#include "models/gan/jigsaw.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("a jigsaw has the quarters of its image, in each of the 23 other orders alike") {
  constexpr int64_t kImages = 4600;
  const DataShape shape{.example = {4, 6}};
  // Pixel (row, column) is 10 times its quarter plus its place there.
  std::vector<double> image;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 6; ++column)
      image.push_back(10 * (2 * (row / 2) + column / 3) + 3 * (row % 2) + column % 3);
  Rng rng(1, "jigsaw_test");
  const Tensor moved = jigsaw(tile_rows(tensor(image, {1, 24}), kImages), shape, rng);
  CHECK(moved.shape() == Shape{kImages, 24});
  std::map<std::string, int> orders;
  bool whole = true;
  for (int64_t i = 0; i < kImages; ++i) {
    const std::vector<double> found = moved.rows(i, i + 1).to_vector();
    std::string order;
    for (size_t quarter = 0; quarter < 4; ++quarter) {
      const size_t corner = 12 * (quarter / 2) + 3 * (quarter % 2);
      const double first = found[corner];
      for (size_t at = 0; at < 6; ++at)
        whole = whole && found[corner + 6 * (at / 3) + at % 3] == first + static_cast<double>(at);
      order += std::to_string(static_cast<int>(first / 10));
    }
    ++orders[order];
  }
  CHECK(whole);
  CHECK(orders.size() == 23);
  CHECK(orders.count("0123") == 0);
  double chi2 = 0;  // 22 degrees of freedom: above 61 once in 20,000
  for (const auto& [order, count] : orders) chi2 += (count - 200.0) * (count - 200.0) / 200;
  CHECK(chi2 < 61);
}

TEST_CASE("points and images of odd sides have no quarters") {
  test::check_refused("points", [] { check_quarters("x", {.example = {2}}); });
  test::check_refused("even sides", [] { check_quarters("x", {.example = {4, 5}}); });
  CHECK(test::error_message([] { check_quarters("x", {.example = {4, 6}}); }).empty());
}

}  // namespace gradzoo
