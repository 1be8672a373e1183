#include "autograd/ops/softmax.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

bool finite(const Tensor& x) { return all_finite(x); }

// Gradient and its own gradient of sum(weights * logsumexp(x)).
struct Derivatives {
  Tensor value, first, second;
};

template <class Fn>
Derivatives derivatives(Fn&& f, Tensor x) {
  x.requires_grad_();
  Tape tape;
  const Tensor y = f(x);
  const Tensor weights = wave(y.shape(), y.dtype(), 0.5);
  const Tensor first = grad(sum(mul(y, weights)), x, {.create_graph = true});
  const Tensor second = grad(sum(mul(first, wave(x.shape(), x.dtype(), 0.9))), x);
  return {y.detach(), first.detach(), second};
}

}  // namespace

TEST_CASE("logsumexp, softmax and log_softmax are their definitions along any axis") {
  for (const Shape& shape : {Shape{5}, Shape{3, 4}, Shape{2, 3, 4}}) {
    const Tensor x = wave(shape);
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const Tensor e = exp(x);
      const Tensor z = sum(e, axis, true);
      CHECK(max_error(logsumexp(x, axis, true), log(z).to_vector()) < 1e-14);
      CHECK(logsumexp(x, axis).shape() == shape.erase(axis));
      CHECK(max_error(softmax(x, axis), div(e, z).to_vector()) < 1e-14);
      CHECK(max_error(log_softmax(x, axis - shape.rank()), sub(x, log(z)).to_vector()) < 1e-14);
    }
  }
}

TEST_CASE("Large values neither overflow nor lose the answer") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const double big = dtype == DType::f32 ? 100 : 1000;
    const Tensor x = tensor({big, big, -big, -big, big, 0}, {2, 3}, dtype);
    CHECK(max_error(logsumexp(x, 1), {big + std::log(2.0), big}) < 1e-6);
    CHECK(max_error(softmax(x, 1), {0.5, 0.5, 0, 0, 1, 0}) < 1e-6);
    CHECK(max_error(log_softmax(x, 1),
                    {-std::log(2.0), -std::log(2.0), -2 * big - std::log(2.0), -2 * big, 0, -big}) < 1e-6);
    const auto check_all = [&](const Derivatives& d) {
      CHECK(finite(d.value));
      CHECK(finite(d.first));
      CHECK(finite(d.second));
    };
    check_all(derivatives([](const Tensor& t) { return logsumexp(t, 1); }, x.clone()));
    check_all(derivatives([](const Tensor& t) { return softmax(t, 1); }, x.clone()));
    check_all(derivatives([](const Tensor& t) { return log_softmax(t, 1); }, x.clone()));
  }
}

TEST_CASE("A row of -inf has logsumexp -inf and zero derivatives") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = tensor({-kInf, -kInf, 1, -kInf}, {2, 2}, dtype);
    CHECK(max_error(logsumexp(x, 1), {-kInf, 1}) < 1e-7);
    CHECK(max_error(softmax(x, 1), {0, 0, 1, 0}) == 0);
    const Derivatives d = derivatives([](const Tensor& t) { return logsumexp(t, 1); }, x.clone());
    const double w = wave({2}, dtype, 0.5).to_vector()[1];
    CHECK(max_error(d.first, {0, 0, w, 0}) == 0);
    CHECK(max_error(d.second, {0, 0, 0, 0}) == 0);
    const Derivatives s = derivatives([](const Tensor& t) { return softmax(t, 1); }, x.clone());
    CHECK(max_error(s.first, {0, 0, 0, 0}) == 0);
    CHECK(max_error(s.second, {0, 0, 0, 0}) == 0);
  }
}

TEST_CASE("An excluded class, at -inf, takes no part in the derivatives of log_softmax") {
  Tensor x = tensor({-kInf, 0, 0}, {3}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = log_softmax(x, 0);
  CHECK(max_error(y, {-kInf, -std::log(2.0), -std::log(2.0)}) < 1e-15);
  const Tensor first =
      grad(slice(y, 0, 1, 2), x, {.grad_output = ones({1}, DType::f64), .create_graph = true});
  CHECK(max_error(first, {0, 0.5, -0.5}) < 1e-15);
  CHECK(max_error(grad(sum(square(first)), x), {0, -0.5, 0.5}) < 1e-15);
}

TEST_CASE("An axis that does not exist is named in the softmax family") {
  CHECK(error_message([] { softmax(zeros({2}), 1); }) ==
        "softmax: axis 1 of a tensor with 1 axes. Hint: axes run from -1 to 0");
}
