#include "autograd/ops/quadratic_power.h"

#include <cmath>

#include <doctest/doctest.h>

#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::ops;
using namespace gradzoo::test;

namespace {

double power_at(Quadratic q, int k, bool times_x, double x) {
  return apply(QuadraticPower(q, k, times_x), scalar(x, DType::f64)).item();
}

}  // namespace

TEST_CASE("powers of a quadratic are what long double makes of them, near its zeros too") {
  for (const int k : {-1, -2, -3, -4})
    for (const double x : {1e-8, 0.5, 1 - 1e-9, 1 + 1e-9, 3.0, 1e5}) {
      const long double wide = x;
      const auto check = [&](Quadratic q, long double value) {
        const auto power = static_cast<double>(std::pow(value, k / 2.0L));
        CHECK(std::abs(power_at(q, k, false, x) / power - 1) < 2e-15);
        CHECK(std::abs(power_at(q, k, true, x) / (x * power) - 1) < 2e-15);
      };
      check(Quadratic::one_plus, 1 + wide * wide);
      if (x < 1) check(Quadratic::one_minus, (1 - wide) * (1 + wide));
      if (x > 1) check(Quadratic::minus_one, (wide - 1) * (wide + 1));
    }
}

TEST_CASE("far out no square overflows, and at infinity the limit stands") {
  CHECK(power_at(Quadratic::one_plus, -1, false, 1e200) == approx(1e-200).epsilon(1e-14));
  CHECK(power_at(Quadratic::one_plus, -1, true, -1e200) == -1);
  CHECK(power_at(Quadratic::one_plus, -2, true, 1e200) == approx(1e-200).epsilon(1e-14));
  CHECK(power_at(Quadratic::one_plus, -1, true, -kInf) == -1);
  CHECK(power_at(Quadratic::one_plus, -3, true, kInf) == 0);
  CHECK(power_at(Quadratic::minus_one, -3, true, kInf) == 0);
}
