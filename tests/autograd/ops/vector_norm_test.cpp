#include <doctest/doctest.h>

#include "autograd/ops/reduce.h"
#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("the norm over any axis, and over everything, is the root of the sum of squares") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = wave({2, 3, 4}, dtype);
    const double tolerance = dtype == DType::f32 ? 1e-6 : 1e-14;
    for (int axis = 0; axis < 3; ++axis) {
      CHECK(max_error(norm(x, axis), sqrt(sum(square(x), axis)).to_vector()) < tolerance);
      CHECK(norm(x, axis, true).shape() == x.shape().erase(axis).insert(axis, 1));
    }
    CHECK(max_error(norm(x), {std::sqrt(sum(square(x)).item())}) < tolerance);
  }
  CHECK(norm(tensor({3, -4}, {2})).item() == 5);
  CHECK(norm(zeros({0})).item() == 0);
}

TEST_CASE("squares neither overflow nor vanish, in value and gradient") {
  for (const double unit : {1e-320, 1e-200, 1e-150, 1.0, 1e160, 1e200, 1e307}) {
    const Tensor x = tensor({3 * unit, -4 * unit, 0}, {3}, DType::f64).requires_grad_();
    Tape tape;
    const Tensor y = norm(x);
    CHECK(y.item() / unit == approx(5).epsilon(unit < 1e-300 ? 1e-3 : 1e-15));
    CHECK(max_error(grad(y, x), {0.6, -0.8, 0}) < (unit < 1e-300 ? 1e-3 : 1e-15));
  }
  for (const float unit : {1e-40f, 1e30f}) {
    const Tensor x = tensor(std::vector<float>{3 * unit, -4 * unit}, {2});
    CHECK(norm(x).item() / static_cast<double>(unit) == approx(5).epsilon(1e-4));
  }
  CHECK(norm(tensor({-kInf, 1}, {2})).item() == kInf);
  CHECK(std::isnan(norm(tensor({NAN, kInf}, {2})).item()));
}

TEST_CASE("at 0 the gradient is 0, not 0 / 0, and that of a line beside it is its direction") {
  const Tensor x = tensor({0, 0, 3, 4}, {2, 2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = norm(x, 1);
  const Tensor g = grad(sum(y), x, {.create_graph = true});
  CHECK(max_error(g, {0, 0, 0.6, 0.8}) < 1e-15);
  // d (g . (1, 0)) / dx of the second line: (1 - u u') e_0 / |x|, u = (0.6, 0.8)
  const Tensor h = grad(sum(g * tensor({1, 0}, {2}, DType::f64)), x);
  CHECK(max_error(h, {0, 0, 0.64 / 5, -0.48 / 5}) < 1e-15);
}
