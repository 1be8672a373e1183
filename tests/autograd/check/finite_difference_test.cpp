#include "gradzoo/autograd/check/finite_difference.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "support/approx.h"

using gradzoo::approx;
using gradzoo::five_point_stencil;
using gradzoo::ridders_derivative;

TEST_CASE("the five-point stencil is exact for polynomials of degree four") {
  const auto f = [](double t) {
    return std::vector<double>{3 + 2 * t - t * t + 5 * t * t * t + t * t * t * t};
  };
  CHECK(five_point_stencil(f, 0.5).slope[0] == approx(2).epsilon(1e-14));
}

TEST_CASE("the stencil's error falls with the fourth power of the step") {
  const auto f = [](double t) { return std::vector<double>{std::exp(t)}; };
  const double coarse = std::abs(five_point_stencil(f, 0.2).slope[0] - 1);
  const double fine = std::abs(five_point_stencil(f, 0.1).slope[0] - 1);
  CHECK(coarse / fine == approx(16).epsilon(0.05));
}

TEST_CASE("Ridders' extrapolation finds the step that each function needs") {
  const auto f = [](double t) {
    return std::vector<double>{std::sin(1000 * t), 1e6 + t, std::log(1e-3 + t), std::exp(t)};
  };
  const std::vector<double> slopes = ridders_derivative(f, 8e-3);
  CHECK(slopes[0] == approx(1000).epsilon(1e-7));
  CHECK(slopes[1] == approx(1).epsilon(1e-6));
  CHECK(slopes[2] == approx(1000).epsilon(1e-7));  // the first steps leave the domain
  CHECK(slopes[3] == approx(1).epsilon(1e-10));
}

TEST_CASE("a function that is nowhere finite has no finite derivative") {
  const auto f = [](double) { return std::vector<double>{std::numeric_limits<double>::quiet_NaN()}; };
  CHECK(std::isnan(five_point_stencil(f, 1e-3).slope[0]));
  CHECK(std::isnan(ridders_derivative(f, 1e-3)[0]));
}

TEST_CASE("the jump of the slope tells a kink from curvature") {
  const auto f = [](double t) { return std::vector<double>{std::max(t, 0.0), t, std::cosh(t)}; };
  const auto stencil = five_point_stencil(f, 1e-3);
  CHECK(stencil.jump[0] == approx(1));
  CHECK(stencil.wide_jump[0] == approx(1));
  CHECK(stencil.jump[1] == approx(0).scale(1));
  CHECK(stencil.jump[2] == approx(1e-3));
  CHECK(stencil.wide_jump[2] == approx(2e-3));
}
