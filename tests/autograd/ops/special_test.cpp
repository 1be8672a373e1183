#include "autograd/ops/special.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

double at(Tensor (*f)(const Tensor&), double x) { return f(scalar(x, DType::f64)).item(); }

}  // namespace

TEST_CASE("polygamma refuses a negative order, and one whose table would fill the memory") {
  CHECK_THROWS_WITH_AS(polygamma(-1, ones({1})), doctest::Contains("n = -1 is negative"), Error);
  CHECK_THROWS_WITH_AS(polygamma(100'000, ones({1})), doctest::Contains("at most 1000"), Error);
}

TEST_CASE("erfc takes its known values, and its slope is the one of erf turned down") {
  CHECK(at(erfc, 0) == 1);
  CHECK(at(erfc, 0.5) == approx(0.47950012218695346).epsilon(1e-15));
  CHECK(at(erfc, -0.5) == approx(2 - 0.47950012218695346).epsilon(1e-15));
  const Tensor x = scalar(0.7, DType::f64).requires_grad_();
  Tape tape;
  CHECK(grad(erfc(x), x).item() == -grad(erf(x), x).item());
}
