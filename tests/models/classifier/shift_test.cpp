#include "models/classifier/shift.h"

#include <set>

#include <doctest/doctest.h>

namespace gradzoo {

TEST_CASE("images move whole pixels, each axis by itself, every place as likely, and what leaves is gone") {
  const DataShape shape{.example = {7, 9}};
  Tensor x = zeros({2000, 63});
  for (int64_t i = 0; i < 2000; ++i) x.mutable_data<float>()[i * 63 + 3 * 9 + 4] = 1;  // the middle
  Rng rng(1, "shift");
  const Tensor y = shifted(x, shape, 2, rng);
  std::vector<int> hits(25);
  for (int64_t i = 0; i < 2000; ++i) {
    int found = 0;
    for (int64_t p = 0; p < 63; ++p) {
      if (y.data<float>()[i * 63 + p] == 0) continue;
      ++found;
      const int64_t down = p / 9 - 3, right = p % 9 - 4;
      REQUIRE(std::abs(down) <= 2);
      REQUIRE(std::abs(right) <= 2);
      ++hits[static_cast<size_t>((down + 2) * 5 + right + 2)];
    }
    CHECK(found == 1);
  }
  for (const int count : hits) CHECK(std::abs(count - 80) < 45);  // 5 standard errors of a count
  Tensor corner = zeros({50, 63});
  for (int64_t i = 0; i < 50; ++i) corner.mutable_data<float>()[i * 63] = 1;
  std::set<double> sums;
  const Tensor moved = shifted(corner, shape, 2, rng);
  for (int64_t i = 0; i < 50; ++i) {
    double sum = 0;
    for (int64_t p = 0; p < 63; ++p) sum += static_cast<double>(moved.data<float>()[i * 63 + p]);
    sums.insert(sum);
  }
  CHECK(sums == std::set<double>{0, 1});
}

}  // namespace gradzoo
