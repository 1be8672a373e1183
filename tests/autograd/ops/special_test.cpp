#include "autograd/ops/special.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/grad.h"

using namespace gradzoo;

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kEulerGamma = 0.57721566490153286061;

double at(Tensor (*f)(const Tensor&), double x) { return f(scalar(x, DType::f64)).item(); }

}  // namespace

TEST_CASE("lgamma, digamma and trigamma take their known values") {
  CHECK(at(lgamma, 0.5) == doctest::Approx(std::log(kPi) / 2).epsilon(1e-14));
  CHECK(at(lgamma, 10) == doctest::Approx(std::log(362880.0)).epsilon(1e-14));
  CHECK(at(lgamma, -0.5) == doctest::Approx(std::log(2 * std::sqrt(kPi))).epsilon(1e-14));
  CHECK(at(digamma, 1) == doctest::Approx(-kEulerGamma).epsilon(1e-14));
  CHECK(at(digamma, 0.5) == doctest::Approx(-kEulerGamma - 2 * std::log(2.0)).epsilon(1e-14));
  const auto trigamma = [](const Tensor& x) { return polygamma(1, x); };
  CHECK(at(trigamma, 1) == doctest::Approx(kPi * kPi / 6).epsilon(1e-14));
  CHECK(at(trigamma, 0.5) == doctest::Approx(kPi * kPi / 2).epsilon(1e-14));
}

TEST_CASE("polygamma obeys its recurrence psi_n(x + 1) = psi_n(x) + (-1)^n n! / x^(n+1)") {
  for (const int n : {0, 1, 2, 3, 5}) {
    for (const double x : {0.3, 1.0, 2.5, 7.0}) {
      const double step = (n % 2 == 0 ? 1 : -1) * std::tgamma(n + 1.0) / std::pow(x, n + 1.0);
      const Tensor here = polygamma(n, scalar(x, DType::f64)), next = polygamma(n, scalar(x + 1, DType::f64));
      CHECK(next.item() - here.item() == doctest::Approx(step).epsilon(1e-10));
    }
  }
}

TEST_CASE("the reflection formula holds between the poles") {
  // psi(1 - x) - psi(x) = pi / tan(pi x)
  for (const double x : {-1.75, -0.6, -0.25}) {
    CHECK(at(digamma, 1 - x) - at(digamma, x) == doctest::Approx(kPi / std::tan(kPi * x)).epsilon(1e-12));
  }
}

TEST_CASE("polygamma refuses a negative order, and one whose table would fill the memory") {
  CHECK_THROWS_WITH_AS(polygamma(-1, ones({1})), doctest::Contains("n = -1 is negative"), Error);
  CHECK_THROWS_WITH_AS(polygamma(100'000, ones({1})), doctest::Contains("at most 1000"), Error);
}

TEST_CASE("erfc takes its known values, and its slope is the one of erf turned down") {
  CHECK(at(erfc, 0) == 1);
  CHECK(at(erfc, 0.5) == doctest::Approx(0.47950012218695346).epsilon(1e-15));
  CHECK(at(erfc, -0.5) == doctest::Approx(2 - 0.47950012218695346).epsilon(1e-15));
  const Tensor x = scalar(0.7, DType::f64).requires_grad_();
  Tape tape;
  CHECK(grad(erfc(x), x).item() == -grad(erf(x), x).item());
}
