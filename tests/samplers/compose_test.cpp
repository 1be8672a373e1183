#include "samplers/compose.h"

#include <doctest/doctest.h>

#include "autograd/base/error.h"
#include "autograd/ops.h"

namespace gradzoo {
namespace {

Target bowl(double curvature) {
  return {.log_prob = [curvature](const Tensor& x) { return sum(square(x), 1) * (-0.5 * curvature); }};
}

TEST_CASE(
    "a product's log-density is the sum, and so is its score, also where one factor has a score alone") {
  const Tensor x = tensor({1, -2}, {1, 2}, DType::f64);
  const PointValue both = value_and_score(product_of(bowl(1), bowl(3)), x);
  CHECK(both.log_prob.item() == doctest::Approx(-10.0));
  CHECK(both.score.to_vector() == std::vector<double>{-4, 8});
  const Target slope{.score = [](const Tensor& at) { return ones_like(at); }};
  CHECK(value_and_score(product_of(bowl(1), slope), x).score.to_vector() == std::vector<double>{0, 3});
}

TEST_CASE("a product of nothing is refused") { CHECK_THROWS_AS(product_of(bowl(1), Target{}), Error); }

}  // namespace
}  // namespace gradzoo
