#include "autograd/ops/trigonometric.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/unary_oracle.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("tangent and the inverse trigonometric functions agree with the C library") {
  const std::vector<double> within = {-1, -0.75, -1e-9, 0, 0.125, 0.99, 1};
  const std::vector<double> all = {-50, -1.5, -1e-9, 0, 0.125, 1, 30};
  check_unary({
      {tan, [](double x) { return std::tan(x); }, all},
      {asin, [](double x) { return std::asin(x); }, within},
      {acos, [](double x) { return std::acos(x); }, within},
      {atan, [](double x) { return std::atan(x); }, all},
  });
}

TEST_CASE("outside of [-1, 1] the inverse sine and its gradient are NaN") {
  const Tensor x = scalar(1.5, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = asin(x);
  CHECK(std::isnan(y.item()));
  CHECK(std::isnan(grad(y, x).item()));
}

TEST_CASE("atan2 is the angle of (x, y) in every quadrant and on the axes") {
  const std::vector<double> y = {0, 1, 1, 1, 0, -1, -1, -1, -0.0, 0};
  const std::vector<double> x = {1, 1, 0, -1, -1, -1, 0, 1, -1, 0};
  const auto n = static_cast<int64_t>(x.size());
  for (const DType dtype : {DType::f32, DType::f64}) {
    const std::vector<double> angle = atan2(tensor(y, {n}, dtype), tensor(x, {n}, dtype)).to_vector();
    for (size_t i = 0; i < x.size(); ++i)
      CHECK(angle[i] == approx(std::atan2(y[i], x[i])).epsilon(dtype == DType::f32 ? 1e-7 : 1e-15));
  }
  CHECK(atan2(zeros({3, 1}), ones({2})).shape() == Shape{3, 2});
}

TEST_CASE("the slopes of atan2 are those of the angle, however far or near the point") {
  for (const double r : {1e-300, 1e-3, 1.0, 1e300}) {
    for (const double angle : {0.3, 1.7, -2.9}) {
      const Tensor y = scalar(r * std::sin(angle), DType::f64).requires_grad_();
      const Tensor x = scalar(r * std::cos(angle), DType::f64).requires_grad_();
      Tape tape;
      const Tensor inputs[] = {y, x};
      const Tensors g = grad(atan2(y, x), inputs);
      // dy = cos(angle) / r, dx = -sin(angle) / r
      CHECK(g[0].item() * r == approx(std::cos(angle)).epsilon(1e-14));
      CHECK(g[1].item() * r == approx(-std::sin(angle)).epsilon(1e-14));
    }
  }
}

TEST_CASE("infinitely far away atan2 is flat, to second order, and NaN stays NaN") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [y, x] :
         {std::pair{kInf, 1.0}, {-kInf, 0.0}, {1.0, kInf}, {0.0, -kInf}, {kInf, -kInf}}) {
      // a finite point beside it has its own slopes
      const Tensor ys = tensor({y, 1}, {2}, dtype).requires_grad_();
      const Tensor xs = tensor({x, 2}, {2}, dtype).requires_grad_();
      Tape tape;
      const Tensor inputs[] = {ys, xs};
      const Tensors g = grad(sum(atan2(ys, xs)), inputs, {.create_graph = true});
      CHECK(max_error(g[0], {0, 0.4}) < 1e-7);
      CHECK(max_error(g[1], {0, -0.2}) < 1e-7);
      const Tensors second = grad(sum(g[0]) + sum(g[1]), inputs);
      CHECK(max_error(second[0], {0, -0.28}) < 1e-7);  // -2xy/r^4 - (x^2 - y^2)/r^4
      CHECK(max_error(second[1], {0, 0.04}) < 1e-7);   // (y^2 - x^2)/r^4 + 2xy/r^4
    }
  }
  const Tensor y = scalar(kInf).requires_grad_(), x = scalar(std::nan("")).requires_grad_();
  Tape tape;
  CHECK(std::isnan(grad(atan2(y, x), x).item()));
}
