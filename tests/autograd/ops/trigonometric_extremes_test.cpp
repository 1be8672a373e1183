#include <doctest/doctest.h>

#include "support/extremes.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

constexpr Real kLn2 = 0.693147180559945309417232121458176568L;
constexpr Real kLn10 = 2.30258509299404568401799145468436421L;
constexpr Real kLongPi = 3.14159265358979323846264338327950288L;
constexpr double kHalfPi = 1.57079632679489661923;

}  // namespace

TEST_CASE("circular and hyperbolic functions are true at the ends of the domain, f64 and f32") {
  check_rows({
      {"tan", tan,
       [](Real x) {
         const Real y = std::tan(x);
         return Truth(y, 1 + y * y, 2 * y * (1 + y * y));
       },
       kUndefined, kUndefined},
      {"asin", asin,
       [](Real x) {
         const Real q = 1 - x * x;
         return Truth(std::asin(x), 1 / std::sqrt(q), x / (q * std::sqrt(q)));
       },
       kUndefined, kUndefined, -1, 1},
      {"acos", acos,
       [](Real x) {
         const Real q = 1 - x * x;
         return Truth(std::acos(x), -1 / std::sqrt(q), -x / (q * std::sqrt(q)));
       },
       kUndefined, kUndefined, -1, 1},
      {"atan", atan,
       [](Real x) {
         const Real q = 1 + x * x;
         return Truth(std::atan(x), 1 / q, -2 * x / (q * q));
       },
       Truth(-kHalfPi, 0, 0), Truth(kHalfPi, 0, 0)},
      {"sinh", sinh, [](Real x) { return Truth(std::sinh(x), std::cosh(x), std::sinh(x)); },
       Truth(-kInf, kInf, -kInf), Truth(kInf, kInf, kInf)},
      {"cosh", cosh, [](Real x) { return Truth(std::cosh(x), std::sinh(x), std::cosh(x)); },
       Truth(kInf, -kInf, kInf), Truth(kInf, kInf, kInf)},
      {"asinh", asinh,
       [](Real x) {
         const Real q = 1 + x * x;
         return Truth(std::asinh(x), 1 / std::sqrt(q), -x / (q * std::sqrt(q)));
       },
       Truth(-kInf, 0, 0), Truth(kInf, 0, 0)},
      {"acosh", acosh,
       [](Real x) {
         const Real q = x * x - 1;
         return Truth(std::acosh(x), 1 / std::sqrt(q), -x / (q * std::sqrt(q)));
       },
       kUndefined, Truth(kInf, 0, 0), 1},
      {"atanh", atanh,
       [](Real x) {
         const Real q = 1 - x * x;
         return Truth(std::atanh(x), 1 / q, 2 * x / (q * q));
       },
       kUndefined, kUndefined, -1, 1},
      {"exp2", exp2,
       [](Real x) {
         const Real y = std::exp2(x);
         return Truth(y, kLn2 * y, kLn2 * kLn2 * y);
       },
       Truth(0, 0, 0), Truth(kInf, kInf, kInf)},
      {"log2", log2, [](Real x) { return Truth(std::log2(x), 1 / (kLn2 * x), -1 / (kLn2 * x * x)); },
       kUndefined, Truth(kInf, 0, 0), 0.0},
      {"log10", log10, [](Real x) { return Truth(std::log10(x), 1 / (kLn10 * x), -1 / (kLn10 * x * x)); },
       kUndefined, Truth(kInf, 0, 0), 0.0},
      {"erfc", erfc,
       [](Real x) {
         const Real slope = -2 / std::sqrt(kLongPi) * std::exp(-x * x);
         return Truth(std::erfc(x), slope, -2 * x * slope);
       },
       Truth(2, 0, 0), Truth(0, 0, 0)},
  });
}

TEST_CASE("exp2 and log2 are exact at powers of two, in both dtypes") {
  for (int n = -126; n <= 127; ++n) {
    CHECK(exp2(scalar(n)).item() == std::ldexp(1.0, n));
    CHECK(log2(scalar(std::ldexp(1.0, n))).item() == n);
  }
  for (int n = -1074; n <= 1023; ++n) {
    CHECK(exp2(scalar(n, DType::f64)).item() == std::ldexp(1.0, n));
    CHECK(log2(scalar(std::ldexp(1.0, n), DType::f64)).item() == n);
  }
}

TEST_CASE("erfc keeps its digits in the far tail, where 1 - erf(x) is 0") {
  for (const double x : {2.0, 6.0, 10.0, 20.0, 26.0}) {
    const auto truth = static_cast<double>(std::erfc(static_cast<Real>(x)));
    CHECK(std::abs(erfc(scalar(x, DType::f64)).item() / truth - 1) < 1e-14);
  }
}
