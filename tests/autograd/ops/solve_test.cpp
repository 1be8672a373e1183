#include "autograd/ops/solve.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// The sum over permutations of signed products (Leibniz).
double leibniz(const Doubles& a, size_t n) {
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  double total = 0;
  do {
    double product = 1;
    for (size_t i = 0; i < n; ++i) {
      product *= a[i * n + order[i]];
      for (size_t j = 0; j < i; ++j) {
        if (order[j] > order[i]) product = -product;
      }
    }
    total += product;
  } while (std::next_permutation(order.begin(), order.end()));
  return total;
}

Tensor f64(const Doubles& values, const Shape& shape) { return tensor(values, shape, DType::f64); }

}  // namespace

TEST_CASE("A times the solution is b, in both dtypes, over stacks that broadcast") {
  const std::pair<Shape, Shape> shapes[] = {
      {{4, 4}, {4, 2}},       {{3, 4, 4}, {4, 1}}, {{4, 4}, {3, 4, 2}}, {{2, 1, 3, 3}, {5, 3, 2}},
      {{0, 3, 3}, {0, 3, 2}}, {{0, 0}, {0, 4}},    {{30, 30}, {30, 30}}};
  for (const auto& [as, bs] : shapes)
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor a = wave(as, dtype) + eye(as[-1], dtype) * 8.0, b = wave(bs, dtype, 0.3);
      const Tensor x = solve(a, b);
      CHECK(max_error(matmul(a, x), broadcast_to(b, x.shape()).to_vector()) <
            (dtype == DType::f32 ? 1e-4 : 1e-12));
      const Tensor y = apply(ops::Solve{true}, a, b);
      CHECK(max_error(matmul(a, y, true), broadcast_to(b, y.shape()).to_vector()) <
            (dtype == DType::f32 ? 1e-4 : 1e-12));
    }
}

TEST_CASE("two equations are Cramer's, with a pivot of 0 too") {
  // [[0, 2], [3, 1]] x = (4, 5): x1 = 2, x0 = 1
  const Tensor a = f64({0, 2, 3, 1}, {2, 2});
  CHECK(solve(a, f64({4, 5}, {2})).to_vector() == Doubles{1, 2});
  CHECK(max_error(inverse(a), {-1.0 / 6, 1.0 / 3, 0.5, 0}) < 1e-16);
}

TEST_CASE("a vector is solved as a column, by each matrix of a stack") {
  const Tensor a = wave({4, 3, 3}) + eye(3, DType::f64) * 5.0, b = wave({3});
  const Tensor x = solve(a, b);
  CHECK(x.shape() == Shape{4, 3});
  CHECK(max_error(x, solve(a, unsqueeze(b, 1)).to_vector()) == 0);
}

TEST_CASE("determinants are the sum over permutations") {
  Rng rng(4);
  for (const size_t n : {size_t{1}, size_t{2}, size_t{3}, size_t{5}}) {
    const auto side = static_cast<int64_t>(n);
    for (int draw = 0; draw < 4; ++draw) {
      const Tensor a = randn({side, side}, rng, DType::f64);
      const double wanted = leibniz(a.to_vector(), n);
      const auto [sign, logabsdet] = slogdet(a);
      CHECK(sign.item() == (wanted > 0 ? 1 : -1));
      CHECK(logabsdet.item() == approx(std::log(std::abs(wanted))).epsilon(1e-12));
      CHECK(det(a).item() == approx(wanted).epsilon(1e-12));
    }
  }
  CHECK(det(zeros({0, 0})).item() == 1);
  CHECK(slogdet(eye(3)).sign.dtype() == DType::f32);
  CHECK(det(zeros({2, 3, 3})).to_vector() == Doubles{0, 0});
}

TEST_CASE("the gradient of det is the matrix of cofactors, also where det is negative") {
  const Tensor a = f64({1, 2, 3, 4}, {2, 2});  // det -2
  const Tensor g = vjp([](const Tensor& t) { return det(t); }, a, scalar(1, DType::f64));
  CHECK(max_error(g, {4, -3, -2, 1}) < 1e-14);
}

TEST_CASE("log det and solutions are true where the determinant leaves the range of numbers") {
  for (const double scale : {1e-200, 1e200}) {
    const Tensor a = (wave({6, 6}) + eye(6, DType::f64) * 6.0) * scale;
    const double unscaled = slogdet(a / scale).logabsdet.item();
    CHECK(slogdet(a).logabsdet.item() == approx(unscaled + 6 * std::log(scale)).epsilon(1e-13));
    CHECK(det(a).item() == (scale < 1 ? 0 : kInf));
    CHECK(max_error(matmul(a / scale, solve(a, wave({6, 1})) * scale), wave({6, 1}).to_vector()) < 1e-12);
  }
}

TEST_CASE("Hilbert's matrix of order 8, condition 1e10, is inverted to the digits that this leaves") {
  Doubles h;
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j) h.push_back(1.0 / (i + j + 1));
  // Its inverse holds whole numbers; the first is 64.
  const Doubles inverse_of = inverse(f64(h, {8, 8})).to_vector();
  CHECK(inverse_of[0] == approx(64).epsilon(1e-5));
  CHECK(inverse_of[1] == approx(-2016).epsilon(1e-5));
}

TEST_CASE("a singular matrix is told, with its pivot; its determinant is 0, without a gradient") {
  const Tensor singular = f64({1, 2, 2, 4}, {2, 2});
  CHECK(error_message([&] { solve(singular, ones({2}, DType::f64)); }) ==
        "solve: (2,2) is singular: pivot 1 is 0. Hint: its rows must be linearly independent");
  CHECK_THROWS_WITH_AS(inverse(stack({eye(2, DType::f64), singular})),
                       Contains("matrix 1 of (2,2,2) is singular: pivot 1 is 0"), Error);
  const auto [sign, logabsdet] = slogdet(singular);
  CHECK(sign.item() == 0);
  CHECK(logabsdet.item() == -kInf);
  CHECK(logdet(singular).item() == -kInf);
  CHECK(det(singular).item() == 0);
  CHECK(contains(
      error_message([&] { vjp([](const Tensor& t) { return det(t); }, singular, scalar(1, DType::f64)); }),
      "is singular"));
}

TEST_CASE("what is not finite, square or positive is refused with a sentence") {
  CHECK_THROWS_WITH_AS(solve(full({1, 1}, kNaN), ones({1})),
                       "solve: (1,1) holds NaN or infinity. Hint: all_finite(x) finds where they come from",
                       Error);
  CHECK_THROWS_WITH_AS(slogdet(full({2, 1, 1}, kInf)),
                       Contains("slogdet: matrix 0 of (2,1,1) holds NaN or infinity"), Error);
  CHECK(std::isnan(solve(eye(1), full({1}, kNaN)).item()));
  CHECK(error_message([] { logdet(neg(eye(3))); }) ==
        "logdet: the determinant of (3,3) is negative. Hint: use slogdet");
  CHECK(contains(error_message([] { inverse(ones({2, 3})); }), "inverse: (2,3) is not square"));
  CHECK_THROWS_WITH_AS(solve(eye(2), ones({2, 3, 1})), Contains("solve: (2,2) and (2,3,1) do not fit"),
                       Error);
}
