#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/gradcheck_module.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("each feature is the largest of its own linear maps, on points and on rows of points") {
  Rng rng(1, "maxout_test");
  constexpr size_t kIn = 3, kOut = 4, kPieces = 5, kRows = 6;
  const Maxout layer(kIn, kOut, kPieces, rng, {.dtype = DType::f64});
  const auto parameters = layer.named_parameters();
  REQUIRE(parameters.size() == 2);
  CHECK(parameters[0].name == "linear.weight");
  const std::vector<double> w = parameters[0].tensor.to_vector(), b = parameters[1].tensor.to_vector();
  const Tensor x = randn({kRows, kIn}, rng, DType::f64);
  const std::vector<double> points = x.to_vector();
  std::vector<double> expected;
  std::vector<int> taken(kPieces);
  for (size_t row = 0; row < kRows; ++row)
    for (size_t j = 0; j < kOut; ++j) {
      std::vector<double> maps;
      for (size_t p = 0; p < kPieces; ++p) {
        double y = b[p * kOut + j];
        for (size_t i = 0; i < kIn; ++i) y += points[row * kIn + i] * w[(p * kOut + j) * kIn + i];
        maps.push_back(y);
      }
      const auto largest = std::max_element(maps.begin(), maps.end());
      ++taken[static_cast<size_t>(largest - maps.begin())];
      expected.push_back(*largest);
    }
  CHECK(*std::min_element(taken.begin(), taken.end()) > 0);  // every piece was the largest somewhere
  CHECK(test::max_error(layer(x), expected) < 1e-14);
  const Tensor rows = layer(reshape(x, {2, 3, kIn}));
  CHECK(rows.shape() == Shape{2, 3, kOut});
  CHECK(test::max_error(rows, expected) < 1e-14);
}

TEST_CASE("its derivatives of first and second order are those of finite differences") {
  Rng rng(2, "maxout_test");
  const Maxout layer(3, 2, 3, rng, {.dtype = DType::f64});
  CHECK(check_order(layer, randn({4, 3}, rng, DType::f64), 2).message == "");
}

TEST_CASE("with one piece it is linear, and without pieces it is refused") {
  Rng rng(3, "maxout_test");
  const Maxout layer(3, 2, 1, rng);
  const auto p = layer.named_parameters();
  const Tensor x = randn({5, 3}, rng);
  CHECK(layer(x).to_vector() == linear(x, p[0].tensor, p[1].tensor).to_vector());
  for (const int64_t pieces : {0, -2})
    test::check_refused("at least one", [&] { Maxout(3, 2, pieces, rng); });
}

}  // namespace gradzoo
