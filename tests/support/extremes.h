#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

/// Tests of elementwise ops at the ends of their domain: huge and infinite arguments, zero, subnormals.
/// Values and both derivatives are compared with closed forms in long double, whose range is larger than
/// double's, and with the limits at infinity.
namespace gradzoo::test {

using Real = long double;
inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();  // no exact value

struct Truth {
  Truth(Real value, Real first, Real second) : value(value), first(first), second(second) {}
  Real value, first, second;
};
inline const Truth kUndefined = {kNone, kNone, kNone};

struct Row {
  const char* name;
  Tensor (*f)(const Tensor&);
  Truth (*truth)(Real);
  Truth at_minus_inf, at_plus_inf;
  double low = -kInf, high = kInf;  // finite arguments outside are skipped
  double absolute = 0.0;            // allowed error, in units of the dtype's epsilon
};

/// Returns a constant of x's dtype that broadcasts to x.
inline Tensor like(const Tensor& x, double c) { return full({}, c, x.dtype()); }

/// Returns x^c.
inline Truth power(Real x, Real c) {
  return {std::pow(x, c), c == 0 ? 0 : c * std::pow(x, c - 1),
          c * (c - 1) == 0 ? 0 : c * (c - 1) * std::pow(x, c - 2)};
}

template <class T>
void check_close(const std::string& what, double got, Real truth, double absolute) {
  if (std::isnan(truth)) return;
  INFO(what);
  CAPTURE(got);
  const T expected = static_cast<T>(truth);
  CAPTURE(expected);
  if (std::isinf(expected)) {
    CHECK(got == static_cast<double>(expected));
    return;
  }
  REQUIRE(std::isfinite(got));
  const auto epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto subnormal = static_cast<double>(std::numeric_limits<T>::denorm_min());
  const double size = std::abs(static_cast<double>(truth));
  CHECK(std::abs(got - static_cast<double>(truth)) <= epsilon * (absolute + 64 * size) + 128 * subnormal);
}

template <class T>
void check_at(const Row& row, double at, const Truth& truth) {
  INFO(std::string(row.name) << " at " << at << (sizeof(T) == 4 ? ", f32" : ", f64"));
  Tensor x = full({1}, at, dtype_of<T>());
  x.requires_grad_();
  Tensor v = ones_like(x);
  v.requires_grad_();
  Tape tape;
  const Tensor y = row.f(x);
  const Tensor fast = grad(y, x, {.grad_output = v, .retain_graph = true});
  const Tensor first = grad(y, x, {.grad_output = v, .create_graph = true});
  const Tensor second = grad(first, x);
  check_close<T>("value", y.item(), truth.value, 0.0);
  check_close<T>("first derivative", first.item(), truth.first, row.absolute);
  check_close<T>("first derivative, not recorded", fast.item(), truth.first, row.absolute);
  check_close<T>("second derivative", second.item(), truth.second, row.absolute);
}

template <class T>
void check_rows(const std::vector<Row>& rows, const std::vector<double>& arguments) {
  for (const Row& row : rows) {
    for (const double x : arguments) {
      if (x >= row.low && x <= row.high) check_at<T>(row, x, row.truth(static_cast<Real>(x)));
    }
    check_at<T>(row, -kInf, row.at_minus_inf);
    check_at<T>(row, kInf, row.at_plus_inf);
  }
}

/// Checks every row at each argument and at ±infinity, in f64 and in f32.
inline void check_rows(const std::vector<Row>& rows) {
  check_rows<double>(rows, {-1000, -100, -1, -1e-310, -5e-324, 0, 5e-324, 1e-310, 1e-3, 1, 100, 1000});
  check_rows<float>(rows, {-100, -20, -1, -1e-40f, -1e-45f, 0, 1e-45f, 1e-40f, 1e-3f, 1, 20, 100});
}

}  // namespace gradzoo::test
