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
  check_unary({
      {sinh, [](double x) { return std::sinh(x); }, all},
      {cosh, [](double x) { return std::cosh(x); }, all},
      {asinh, [](double x) { return std::asinh(x); }, all},
      {acosh, [](double x) { return std::acosh(x); }, above},
      {atanh, [](double x) { return std::atanh(x); }, within},
  });
}

TEST_CASE("acosh is 0 at 1 with an infinite slope, and NaN below") {
  const Tensor x = tensor({1, 0.5}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = acosh(x);
  CHECK(max_error(y, {0, NAN}) == 0);
  CHECK(max_error(grad(sum(y), x), {kInf, NAN}) == 0);
}
