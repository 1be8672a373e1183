#include "autograd/ops/elementwise.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Doubles gradient(const Tensor& y, const Tensor& x) {
  return grad(y, x, {.grad_output = ones_like(y), .retain_graph = true}).to_vector();
}

Tensor leaf(const Doubles& values) {
  const auto n = static_cast<int64_t>(values.size());
  Tensor x = tensor(values, {n}, DType::f64);
  x.requires_grad_();
  return x;
}

}  // namespace

TEST_CASE("a number takes the tensor's dtype, in every operator") {
  const Tensor x = tensor({1, 2, 4}, {3}, DType::f32);
  CHECK((x + 0.5).to_vector() == Doubles{1.5, 2.5, 4.5});
  CHECK((1.0 - x).to_vector() == Doubles{0, -1, -3});
  CHECK((x - 1.0).to_vector() == Doubles{0, 1, 3});
  CHECK((2.0 * x).to_vector() == Doubles{2, 4, 8});
  CHECK((x / 4.0).to_vector() == Doubles{0.25, 0.5, 1});
  CHECK((4.0 / x).to_vector() == Doubles{4, 2, 1});
  CHECK(pow(x, -1.0).to_vector() == Doubles{1, 0.5, 0.25});
  CHECK((x + 0.5).dtype() == DType::f32);
}

TEST_CASE("ties share the gradient half each in maximum and minimum") {
  const Tensor a = leaf({1, 2, 3}), b = leaf({2, 2, 2});
  Tape tape;
  const Tensor high = maximum(a, b), low = minimum(a, b);
  CHECK(gradient(high, a) == Doubles{0, 0.5, 1});
  CHECK(gradient(high, b) == Doubles{1, 0.5, 0});
  CHECK(gradient(low, a) == Doubles{1, 0.5, 0});
  CHECK(gradient(low, b) == Doubles{0, 0.5, 1});
}

TEST_CASE("what is NaN in maximum and minimum passes its gradient to both") {
  for (const bool recorded : {false, true}) {
    const Tensor a = tensor({kNaN, 1.0, 3.0}, {3}, DType::f64).requires_grad_(),
                 b = tensor({1.0, kNaN, 2.0}, {3}, DType::f64).requires_grad_();
    Tape tape;
    const Tensors slopes = grad(sum(maximum(a, b) + minimum(a, b)), {a, b}, {.create_graph = recorded});
    for (const Tensor& slope : slopes) CHECK(slope.to_vector() == Doubles{2, 2, 1});
  }
}

TEST_CASE("what an integer cannot hold becomes its nearest, and NaN 0") {
  const Tensor x = tensor({kNaN, 1e30, -1e30, INFINITY, -INFINITY, -1.9, 2.9}, {7}, DType::f64);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max(), kLeast = std::numeric_limits<int64_t>::min();
  for (const DType dtype : {DType::f64, DType::f32}) {
    const Tensor whole = cast(cast(x, dtype), DType::i64), bytes = cast(cast(x, dtype), DType::u8);
    const std::vector<int64_t> found(whole.data<int64_t>(), whole.data<int64_t>() + 7);
    CHECK(found == std::vector<int64_t>{0, kMost, kLeast, kMost, kLeast, -1, 2});
    CHECK(bytes.to_vector() == Doubles{0, 255, 0, 255, 0, 0, 2});
  }
}

TEST_CASE("whole powers have exact derivatives at 0, to the order where they vanish") {
  const Tensor x = leaf({0});
  for (const double c : {0.0, 1.0, 2.0, 3.0}) {
    CAPTURE(c);
    Tensor v = ones({1}, DType::f64);
    v.requires_grad_();
    Tape tape;
    const Tensor first = grad(pow(x, c), x, {.grad_output = v, .create_graph = true});
    const Tensor second = grad(first, x, {.grad_output = v, .create_graph = true});
    CHECK(first.item() == (c == 1.0 ? 1.0 : 0.0));
    CHECK(second.item() == (c == 2.0 ? 2.0 : 0.0));
    if (c == 3.0) CHECK(grad(second, x).item() == 6.0);
  }
}

TEST_CASE("a power of two tensors has no NaN in its gradients where the base is 0") {
  const Tensor base = leaf({0, 0, 0, 2}), exponent = leaf({0, 1, 2, 3});
  Tape tape;
  const Tensor y = pow(base, exponent);
  CHECK(y.to_vector() == Doubles{1, 0, 0, 8});
  CHECK(gradient(y, base) == Doubles{0, 1, 0, 12});
  const Doubles in_exponent = gradient(y, exponent);
  CHECK(Doubles(in_exponent.begin(), in_exponent.begin() + 3) == Doubles{0, 0, 0});
  CHECK(in_exponent[3] == approx(8 * std::log(2.0)));
}

TEST_CASE("operands that do not fit are refused with their shapes or dtypes") {
  const Tensor x = zeros({2, 3}, DType::f64);
  CHECK_THROWS_WITH_AS(add(x, zeros({2}, DType::f64)), Contains("(2,3)"), Error);
  CHECK_THROWS_WITH_AS(mul(x, zeros({2, 3}, DType::f32)), Contains("two dtypes"), Error);
  CHECK_THROWS_WITH_AS(div(x, zeros({2, 3}, DType::i64)), Contains("takes no part in arithmetic"), Error);
}

TEST_CASE_TEMPLATE(
    "a quotient is one division: what is divided by itself is 1, also at the ends of the range", T, float,
    double) {
  for (const double c : {49.0, 3.0, 1e-30, 1e30, sizeof(T) == 8 ? 1e-310 : 1e-40}) {
    const Tensor x = full({5}, c, dtype_of<T>());
    const double stored = x.to_vector()[0];  // as T has it
    for (const double ratio : (x / stored).to_vector()) CHECK(ratio == 1);
    for (const double ratio : (stored / x).to_vector()) CHECK(ratio == 1);
    for (const double ratio : div(x, x).to_vector()) CHECK(ratio == 1);
  }
  CHECK(mean(full({49}, 1.0, dtype_of<T>())).item() == 1);
  CHECK(mean(full({7, 49}, 3.0, dtype_of<T>()), 1).to_vector() == Doubles(7, 3.0));
}

TEST_CASE("the n-th derivatives of a^b in a are finite where their products are 0 times infinity") {
  const Tensor x = tensor({1e-20, 0.5, 2}, {3}).requires_grad_();  // f32: 1 / x^2 is infinite at the first
  for (const double exponent : {0.0, 1.0, 2.0}) {
    CAPTURE(exponent);
    Tape tape;
    Tensor y = pow(x, full({3}, exponent));
    for (int order = 1; order <= 4; ++order) {
      y = grad(sum(y), x, {.create_graph = true});
      if (order > exponent) CHECK(y.to_vector() == Doubles(3, 0.0));
    }
  }
}

TEST_CASE("a^b has its mixed derivative at b = 0, where both of its factors vanish") {
  const Tensor a = scalar(2, DType::f64).requires_grad_(), b = scalar(0, DType::f64).requires_grad_();
  Tape tape;
  const Tensor in_a = grad(pow(a, b), a, {.create_graph = true});
  CHECK(in_a.item() == 0);
  CHECK(grad(in_a, b).item() == approx(0.5));  // d/db [b a^(b-1)] = 1 / a
}
