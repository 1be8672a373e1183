#include "gradzoo/samplers/compose.h"

#include <array>
#include <cmath>
#include <span>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

Target parabola(double curvature) {
  return {.log_prob = [curvature](const Tensor& x) { return sum(square(x), 1) * (-0.5 * curvature); }};
}

TEST_CASE("a product's log-density is the sum, and its score too, where a factor has a score alone") {
  const Tensor x = tensor({1, -2}, {1, 2}, DType::f64);
  const PointValue both = value_and_score(product_of(parabola(1), parabola(3)), x);
  CHECK(both.log_prob.item() == approx(-10.0));
  CHECK(both.score.to_vector() == std::vector<double>{-4, 8});
  const Target slope{.score = [](const Tensor& at) { return ones_like(at); }};
  CHECK(value_and_score(product_of(parabola(1), slope), x).score.to_vector() == std::vector<double>{0, 3});
}

TEST_CASE("any number of factors: precisions of Gaussians add, domains meet, a noise that all share stays") {
  Target one = parabola(1), two = parabola(2), three = parabola(4);
  one.domain = {-1, 5};
  two.domain = {-3, 2};
  for (Target* factor : {&one, &two, &three}) factor->data_noise = 0.2;
  const Tensor x = tensor({1, -2, 0, 3}, {2, 2}, DType::f64);
  const Target product = product_of_all(std::array{one, two, three});
  CHECK(log_prob_of(product, x).to_vector() == log_prob_of(parabola(7), x).to_vector());
  CHECK(product.domain.lower == -1);
  CHECK(product.domain.upper == 2);
  CHECK(product.data_noise == approx(0.2 / std::sqrt(3)));
  three.data_noise = 0.3;
  CHECK(product_of_all(std::array{one, two, three}).data_noise == 0);
  CHECK(log_prob_of(product_of_all(std::array{two}), x).to_vector() ==
        log_prob_of(parabola(2), x).to_vector());
}

TEST_CASE("a product of nothing, and of tables with densities, is refused") {
  CHECK_THROWS_AS(product_of(parabola(1), Target{}), Error);
  test::check_refused("list of factors is empty", [] { product_of_all(std::span<const Target>()); });
  Target table = parabola(1);
  table.binary = true;
  test::check_refused("one factor is binary", [&] { product_of(parabola(1), table); });
}

}  // namespace
}  // namespace gradzoo
