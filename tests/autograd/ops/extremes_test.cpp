#include "support/extremes.h"

#include <doctest/doctest.h>

#include "support/polygamma.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Real sign_of(Real x) { return static_cast<Real>((x > 0) - (x < 0)); }

}  // namespace

TEST_CASE("mathematics and both derivatives are true at the ends of the domain, f64 and f32") {
  check_rows({
      {"neg", neg, [](Real x) { return Truth(-x, -1, 0); }, Truth(kInf, -1, 0), Truth(-kInf, -1, 0)},
      {"abs", abs, [](Real x) { return Truth(std::abs(x), sign_of(x), 0); }, Truth(kInf, -1, 0),
       Truth(kInf, 1, 0)},
      {"exp", exp, [](Real x) { return Truth(std::exp(x), std::exp(x), std::exp(x)); }, Truth(0, 0, 0),
       Truth(kInf, kInf, kInf)},
      {"expm1", expm1, [](Real x) { return Truth(std::expm1(x), std::exp(x), std::exp(x)); }, Truth(-1, 0, 0),
       Truth(kInf, kInf, kInf)},
      {"expm1x", expm1x,
       [](Real x) {
         const Real small = x * x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5)));
         return Truth(std::abs(x) < 1e-3L ? small : std::expm1(x) - x, std::expm1(x), std::exp(x));
       },
       Truth(kInf, -1, 0), Truth(kInf, kInf, kInf)},
      {"log", log, [](Real x) { return Truth(std::log(x), 1 / x, -1 / (x * x)); }, kUndefined,
       Truth(kInf, 0, 0), 0.0},
      {"log1p", log1p, [](Real x) { return Truth(std::log1p(x), 1 / (1 + x), -1 / ((1 + x) * (1 + x))); },
       kUndefined, Truth(kInf, 0, 0), -1.0},
      {"sqrt", sqrt, [](Real x) { return power(x, 0.5L); }, kUndefined, Truth(kInf, 0, 0), 0.0},
      {"rsqrt", rsqrt, [](Real x) { return power(x, -0.5L); }, kUndefined, Truth(0, 0, 0), 0.0},
      {"reciprocal", reciprocal, [](Real x) { return power(x, -1); }, Truth(0, 0, 0), Truth(0, 0, 0)},
      {"square", square, [](Real x) { return power(x, 2); }, Truth(kInf, -kInf, 2), Truth(kInf, kInf, 2)},
      {"sin", sin, [](Real x) { return Truth(std::sin(x), std::cos(x), -std::sin(x)); }, kUndefined,
       kUndefined},
      {"cos", cos, [](Real x) { return Truth(std::cos(x), -std::sin(x), -std::cos(x)); }, kUndefined,
       kUndefined},
      {"clamp to [-1, 2]", [](const Tensor& x) { return clamp(x, -1.0, 2.0); },
       [](Real x) { return Truth(std::fmin(std::fmax(x, -1), 2), x >= -1 && x <= 2 ? 1.0L : 0.0L, 0); },
       Truth(-1, 0, 0), Truth(2, 0, 0)},
      {"lgamma", lgamma,
       [](Real x) { return Truth(std::lgamma(x), digamma_truth(x), polygamma_truth(1, x)); }, kUndefined,
       Truth(kInf, kInf, 0), 1e-320},
      {"digamma", digamma,
       [](Real x) { return Truth(digamma_truth(x), polygamma_truth(1, x), polygamma_truth(2, x)); },
       kUndefined, Truth(kInf, 0, 0), 1e-320},
      {"polygamma 1", [](const Tensor& x) { return polygamma(1, x); },
       [](Real x) { return Truth(polygamma_truth(1, x), polygamma_truth(2, x), polygamma_truth(3, x)); },
       kUndefined, Truth(0, 0, 0), 1e-320},
  });
}
