#include "autograd/ops/activations.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

const std::vector<double> kPoints = {-6, -2.5, -1, -0.25, 0, 0.25, 1, 2.5, 6};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// The n-th derivative of f at x, each through the tape.
double derivative(Tensor (*f)(const Tensor&), int n, double at) {
  Tensor x = scalar(at, DType::f64), one = scalar(1.0, DType::f64);
  x.requires_grad_();
  one.requires_grad_();
  Tape tape;
  Tensor y = f(x);
  for (int i = 0; i < n; ++i) y = grad(y, x, {.grad_output = one, .create_graph = true});
  return y.item();
}

}  // namespace

TEST_CASE("every derivative of an activation is one op, whatever the order") {
  Tensor x = scalar(0.5, DType::f64), one = scalar(1.0, DType::f64);
  x.requires_grad_();
  Tape tape;
  const Tensor y = softplus(x);
  const Tensor first = grad(y, x, {.grad_output = one, .create_graph = true});
  CHECK(tape.size() == 3);  // x, softplus, mul_act
  CHECK(first.item() == approx(logistic(0.5)));
}

TEST_CASE("relu keeps its value alone, so that its operand may change") {
  Tensor x = tensor({-1, 2}, {2}, DType::f64);
  x.requires_grad_();
  Tape tape;
  const Tensor y = relu(x);
  x.mutable_data<double>()[0] = 5;
  CHECK(grad(y, x, {.grad_output = ones_like(y)}).to_vector() == std::vector<double>{0, 1});
}

TEST_CASE("each activation declares how smooth it is, and each of its derivatives so much less") {
  const auto of = []<class Op>(const Op& op) { return info_of<Op>().smoothness(&op); };
  CHECK(of(ops::Relu{}) == 0);
  CHECK(of(ops::LeakyRelu{}) == 0);
  CHECK(of(ops::Elu{}) == 1);
  CHECK(of(ops::EluAlpha{}) == 0);
  CHECK(of(ops::Gelu{}) == kSmooth);
  CHECK(of(ops::MulAct{ops::Activation::silu, 2, 0}) == kSmooth);
  CHECK(of(ops::MulAct{ops::Activation::elu, 1, 1.0}) == 0);
  CHECK(of(ops::MulAct{ops::Activation::elu, 1, 0.5}) == -1);
  CHECK(of(ops::MulAct{ops::Activation::relu, 1, 0}) == -1);
  CHECK(of(ops::ActSlopes{ops::Activation::elu, 1.0}) == -1);
}

TEST_CASE("beyond the last order that the kernels have, a sentence names the activation") {
  CHECK_NOTHROW(derivative(softplus, kernels::kMaxActivationOrder, 0.5));
  CHECK_THROWS_WITH_AS(derivative(softplus, kernels::kMaxActivationOrder + 1, 0.5),
                       doctest::Contains("softplus: derivatives go to order 12"), Error);
}

TEST_CASE_TEMPLATE("a plain and a recorded sweep give the same slopes, out in the tails too", T, float,
                   double) {
  const Tensor x =
      tensor({-700, -80, -40, -17, -9, -3, 0, 3, 9, 17, 40, 80, 700}, {13}, dtype_of<T>()).requires_grad_();
  for (const auto f : {sigmoid, tanh}) {
    Tape tape;
    const Tensor y = sum(f(x));
    const std::vector<double> plain = grad(y, x, {.retain_graph = true}).to_vector();
    CHECK(plain == grad(y, x, {.create_graph = true}).to_vector());
    for (size_t i = 0; i < plain.size(); ++i)
      CHECK(plain[i] == plain[plain.size() - 1 - i]);  // both slopes are even
    CHECK(plain[8] > 0);                               // at 9, where 1 - tanh^2 is 0 in f32
  }
}
