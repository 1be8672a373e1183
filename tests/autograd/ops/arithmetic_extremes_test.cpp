#include <doctest/doctest.h>

#include "support/extremes.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("arithmetic and both derivatives are true at the ends of the domain, f64 and f32") {
  check_rows({
      {"x + 3", [](const Tensor& x) { return x + 3.0; }, [](Real x) { return Truth(x + 3, 1, 0); },
       Truth(-kInf, 1, 0), Truth(kInf, 1, 0)},
      {"-2 x", [](const Tensor& x) { return -2.0 * x; }, [](Real x) { return Truth(-2 * x, -2, 0); },
       Truth(kInf, -2, 0), Truth(-kInf, -2, 0)},
      {"x^0", [](const Tensor& x) { return pow(x, 0.0); }, [](Real) { return Truth(1, 0, 0); },
       Truth(1, 0, 0), Truth(1, 0, 0)},
      {"x^1", [](const Tensor& x) { return pow(x, 1.0); }, [](Real x) { return power(x, 1); },
       Truth(-kInf, 1, 0), Truth(kInf, 1, 0)},
      {"x^2", [](const Tensor& x) { return pow(x, 2.0); }, [](Real x) { return power(x, 2); },
       Truth(kInf, -kInf, 2), Truth(kInf, kInf, 2)},
      {"x^3", [](const Tensor& x) { return pow(x, 3.0); }, [](Real x) { return power(x, 3); },
       Truth(-kInf, kInf, -kInf), Truth(kInf, kInf, kInf)},
      {"x^-2", [](const Tensor& x) { return pow(x, -2.0); }, [](Real x) { return power(x, -2); },
       Truth(0, 0, 0), Truth(0, 0, 0)},
      {"x^1.5", [](const Tensor& x) { return pow(x, 1.5); }, [](Real x) { return power(x, 1.5L); },
       kUndefined, Truth(kInf, kInf, 0), 0.0},
      {"add", [](const Tensor& x) { return add(like(x, 3.0), x); }, [](Real x) { return Truth(3 + x, 1, 0); },
       Truth(-kInf, 1, 0), Truth(kInf, 1, 0)},
      {"sub", [](const Tensor& x) { return sub(like(x, 3.0), x); },
       [](Real x) { return Truth(3 - x, -1, 0); }, Truth(kInf, -1, 0), Truth(-kInf, -1, 0)},
      {"mul", [](const Tensor& x) { return mul(x, like(x, 0.5)); },
       [](Real x) { return Truth(x / 2, 0.5L, 0); }, Truth(-kInf, 0.5L, 0), Truth(kInf, 0.5L, 0)},
      {"x / 4", [](const Tensor& x) { return div(x, like(x, 4.0)); },
       [](Real x) { return Truth(x / 4, 0.25L, 0); }, Truth(-kInf, 0.25L, 0), Truth(kInf, 0.25L, 0)},
      {"3 / x", [](const Tensor& x) { return div(like(x, 3.0), x); },
       [](Real x) {
         const Truth t = power(x, -1);
         return Truth(3 * t.value, 3 * t.first, 3 * t.second);
       },
       Truth(0, 0, 0), Truth(0, 0, 0)},
      {"pow in its base", [](const Tensor& x) { return pow(x, like(x, 2.0)); },
       [](Real x) { return power(x, 2); }, Truth(kInf, -kInf, 2), Truth(kInf, kInf, 2)},
      {"pow by a tensor of 0", [](const Tensor& x) { return pow(x, like(x, 0.0)); },
       [](Real) { return Truth(1, 0, 0); }, Truth(1, 0, 0), Truth(1, 0, 0)},
      {"pow by a tensor of 1", [](const Tensor& x) { return pow(x, like(x, 1.0)); },
       [](Real x) { return power(x, 1); }, Truth(-kInf, 1, 0), Truth(kInf, 1, 0)},
      {"x / 49, a number", [](const Tensor& x) { return x / 49.0; },
       [](Real x) { return Truth(x / 49, 1 / Real(49), 0); }, Truth(-kInf, 1 / Real(49), 0),
       Truth(kInf, 1 / Real(49), 0)},
      {"pow in its exponent", [](const Tensor& x) { return pow(like(x, 2.0), x); },
       [](Real x) {
         const Real y = std::pow(Real(2), x), log2 = std::log(Real(2));
         return Truth(y, y * log2, y * log2 * log2);
       },
       Truth(0, 0, 0), Truth(kInf, kInf, kInf)},
      {"pow of base 0 in its exponent", [](const Tensor& x) { return pow(like(x, 0.0), x); },
       [](Real) { return Truth(0, 0, 0); }, kUndefined, Truth(0, 0, 0), 1e-320},
      {"maximum", [](const Tensor& x) { return maximum(x, like(x, 0.5)); },
       [](Real x) { return Truth(std::fmax(x, 0.5L), x > 0.5L ? 1.0L : 0.0L, 0); }, Truth(0.5L, 0, 0),
       Truth(kInf, 1, 0)},
      {"minimum", [](const Tensor& x) { return minimum(like(x, 0.5), x); },
       [](Real x) { return Truth(std::fmin(x, 0.5L), x < 0.5L ? 1.0L : 0.0L, 0); }, Truth(-kInf, 1, 0),
       Truth(0.5L, 0, 0)},
      {"where", [](const Tensor& x) { return where(gt(x, like(x, 0.5)), x, mul(x, 0.25)); },
       [](Real x) { return x > 0.5L ? Truth(x, 1, 0) : Truth(x / 4, 0.25L, 0); }, Truth(-kInf, 0.25L, 0),
       Truth(kInf, 1, 0)},
  });
}
