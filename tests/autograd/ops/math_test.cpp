#include "autograd/ops/math.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/unary_oracle.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Doubles gradient(Tensor (*op)(const Tensor&), const Doubles& at) {
  Tensor x = tensor(at, {static_cast<int64_t>(at.size())}, DType::f64);
  x.requires_grad_();
  Tape tape;
  const Tensor y = op(x);
  return grad(y, x, {.grad_output = ones_like(y)}).to_vector();
}

}  // namespace

TEST_CASE("mathematics of one operand agrees with the C library") {
  const Doubles all = {-3, -1.5, -0.25, 0.125, 1, 2.75};
  const Doubles positive = {1e-3, 0.125, 1, 2.75, 50};
  check_unary({
      {exp2, [](double x) { return std::exp2(x); }, all},
      {log2, [](double x) { return std::log2(x); }, positive},
      {log10, [](double x) { return std::log10(x); }, positive},
  });
}

TEST_CASE("clamp passes gradient at its bounds and none beyond") {
  const auto to_unit = [](const Tensor& x) { return clamp(x, -1.0, 1.0); };
  CHECK(to_unit(tensor({-2, -1, 0.5, 1, 2}, {5}, DType::f64)).to_vector() == Doubles{-1, -1, 0.5, 1, 1});
  CHECK(gradient(to_unit, {-2, -1, 0.5, 1, 2}) == Doubles{0, 1, 1, 1, 0});
}

TEST_CASE("clamp refuses bounds in the wrong order") {
  CHECK_THROWS_WITH_AS(clamp(zeros({2}), 1.0, -1.0), Contains("low 1 exceeds high -1"), Error);
}

TEST_CASE("an index takes no part in mathematics") {
  CHECK_THROWS_WITH_AS(exp(zeros({2}, DType::i64)), Contains("i64"), Error);
}
