#include "autograd/check/sample_operands.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

using namespace gradzoo;

TEST_CASE("sampled values fill their domain and keep away from what they avoid") {
  Rng rng(7);
  const Operand like{.shape = {40, 50}, .low = -1, .high = 2, .avoid = 0, .margin = 0.1};
  const Role roles[] = {Role::value};
  const Tensor x = sample_operands({&like, 1}, roles, rng)[0];
  CHECK(x.shape() == Shape{40, 50});
  CHECK(x.dtype() == DType::f64);
  const std::vector<double> values = x.to_vector();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  CHECK(*low >= -1);
  CHECK(*low < -0.98);
  CHECK(*high <= 2);
  CHECK(*high > 1.98);
  for (double v : values) CHECK(std::abs(v) >= 0.1);
}

TEST_CASE("values are avoided at the end of a domain too") {
  Rng rng(7);
  const Operand like{.shape = {1000}, .low = 0, .high = 1, .avoid = 0, .margin = 0.1};
  const Role roles[] = {Role::value};
  for (double v : sample_operands({&like, 1}, roles, rng)[0].to_vector()) CHECK(v >= 0.1);
}

TEST_CASE("distinct values differ by the margin, across the operands of a case") {
  Rng rng(7);
  const std::vector<Operand> like = {{.shape = {30}, .distinct = true}, {.shape = {7, 10}, .distinct = true}};
  const Role roles[] = {Role::value, Role::value};
  std::vector<double> all;
  for (const Tensor& x : sample_operands(like, roles, rng)) {
    const std::vector<double> values = x.to_vector();
    all.insert(all.end(), values.begin(), values.end());
  }
  CHECK_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  for (size_t i = 1; i < all.size(); ++i) CHECK(all[i] - all[i - 1] >= 0.05);
}

TEST_CASE("dominant matrices have more on their diagonal than beside it, in every row and every batch") {
  Rng rng(7);
  const Operand like{.shape = {50, 4, 4}, .low = -1, .high = 1, .dominant = true};
  const Role roles[] = {Role::value};
  const std::vector<double> a = sample_operands({&like, 1}, roles, rng)[0].to_vector();
  for (size_t row = 0; row < 200; ++row) {
    double beside = 0;
    for (size_t j = 0; j < 4; ++j) beside += j == row % 4 ? 0 : std::abs(a[4 * row + j]);
    CHECK(a[4 * row + row % 4] >= beside + 1);
  }
}

TEST_CASE("indices are drawn from 0 to high - 1 and masks from 0 and 1") {
  Rng rng(7);
  const std::vector<Operand> like = {{.shape = {500}, .high = 3}, {.shape = {500}}};
  const Role roles[] = {Role::index, Role::mask};
  const std::vector<Tensor> xs = sample_operands(like, roles, rng);
  CHECK(xs[0].dtype() == DType::i64);
  CHECK(xs[1].dtype() == DType::u8);
  for (const auto& [x, values] : {std::pair{xs[0], 3}, std::pair{xs[1], 2}}) {
    std::vector<int> counts(static_cast<size_t>(values));
    for (double v : x.to_vector()) ++counts.at(static_cast<size_t>(v));
    for (int count : counts) CHECK(count > 100);
  }
}
