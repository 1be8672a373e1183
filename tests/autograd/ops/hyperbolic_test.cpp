#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops/trigonometric.h"
#include "gradzoo/autograd/grad.h"
#include "support/unary_oracle.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("hyperbolic functions and their inverses agree with the C library, tiny arguments included") {
  const std::vector<double> all = {-20, -1.5, -1e-12, 0, 1e-9, 0.125, 3, 20};
  const std::vector<double> within = {-1, -0.75, -1e-12, 0, 0.125, 0.99, 1};
  const std::vector<double> above = {1, 1 + 1e-6, 1.5, 20, 1e6};
  check_unary(
      sinh, [](double x) { return std::sinh(x); }, all);
  check_unary(
      cosh, [](double x) { return std::cosh(x); }, all);
  check_unary(
      asinh, [](double x) { return std::asinh(x); }, all);
  check_unary(
      acosh, [](double x) { return std::acosh(x); }, above);
  check_unary(
      atanh, [](double x) { return std::atanh(x); }, within);
}

TEST_CASE("the inverses undo their functions, and their slopes are reciprocal") {
  const Tensor x = tensor({-3, -0.5, 0.01, 2}, {4}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor back = asinh(sinh(x)), again = atanh(tanh(x));
  CHECK(max_error(back, x.to_vector()) < 1e-15);
  CHECK(max_error(again, x.to_vector()) < 1e-13);
  CHECK(max_error(grad(sum(back), x), {1, 1, 1, 1}) < 1e-14);
}

TEST_CASE("acosh is 0 at 1 with an infinite slope, and NaN below") {
  const Tensor x = tensor({1, 0.5}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = acosh(x);
  CHECK(max_error(y, {0, NAN}) == 0);
  CHECK(max_error(grad(sum(y), x), {kInf, NAN}) == 0);
}
