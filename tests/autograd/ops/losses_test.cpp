#include "autograd/ops/losses.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Tensor f64_leaf(const std::vector<double>& values, const Shape& shape) {
  Tensor x = tensor(values, shape, DType::f64);
  x.requires_grad_();
  return x;
}

}  // namespace

TEST_CASE("binary cross-entropy refuses two shapes rather than broadcast them") {
  CHECK_THROWS_WITH_AS(binary_cross_entropy_with_logits(zeros({4, 1}), zeros({4})),
                       doctest::Contains("shapes differ: (4,1) and (4)"), Error);
}

TEST_CASE("cross-entropy is -log softmax at the label, and its gradient softmax - one_hot") {
  const std::vector<double> values = {1, 2, 3, 0, -1, 0.5};
  const Tensor l = f64_leaf(values, {2, 3}), labels = tensor({2, 0}, {2}, DType::i64);
  Tape tape;
  const Tensor y = cross_entropy(l, labels);
  REQUIRE(y.shape() == Shape{2});
  const std::vector<double> g = grad(y, l, {.grad_output = tensor({1, 2}, {2}, DType::f64)}).to_vector();
  for (size_t row = 0; row < 2; ++row) {
    double total = 0;
    for (size_t c = 0; c < 3; ++c) total += std::exp(values[row * 3 + c]);
    const size_t label = row == 0 ? 2 : 0;
    CHECK(y.to_vector()[row] == approx(std::log(total) - values[row * 3 + label]).epsilon(1e-13));
    for (size_t c = 0; c < 3; ++c) {
      const double p = std::exp(values[row * 3 + c]) / total;
      const double expected = (row == 0 ? 1 : 2) * (p - (c == label ? 1 : 0));
      CHECK(g[row * 3 + c] == approx(expected).epsilon(1e-13));
    }
  }
}

TEST_CASE("cross-entropy and its gradient stay finite at huge logits, and for classes ruled out") {
  const Tensor l = f64_leaf({1000, -1000, 0, -1000, 1000, 0, 0, 0, -kInf}, {3, 3});
  Tape tape;
  const Tensor y = cross_entropy(l, tensor({0, 0, 1}, {3}, DType::i64));
  CHECK(y.to_vector()[0] == 0.0);
  CHECK(y.to_vector()[1] == 2000.0);
  CHECK(y.to_vector()[2] == approx(std::log(2.0)));
  const Tensor first = grad(y, l, {.grad_output = ones_like(y), .create_graph = true});
  CHECK(first.to_vector() == std::vector<double>{0, 0, 0, -1, 1, 0, 0.5, -0.5, 0});
  CHECK(all_finite(grad(first, l, {.grad_output = ones_like(l)})));
}

TEST_CASE("cross-entropy names the first label that is not a class") {
  const Tensor l = zeros({3, 10});
  CHECK_THROWS_WITH_AS(cross_entropy(l, tensor({1, 10, 2}, {3}, DType::i64)),
                       doctest::Contains("label 10 of row 1 is not one of 10 classes"), Error);
  CHECK_THROWS_WITH_AS(cross_entropy(l, tensor({-1, 0, 2}, {3}, DType::i64)),
                       doctest::Contains("label -1 of row 0"), Error);
  CHECK_THROWS_WITH_AS(cross_entropy(l, tensor({1, 2}, {2}, DType::i64)), doctest::Contains("(3,10)"), Error);
  CHECK_THROWS_WITH_AS(cross_entropy(l, zeros({3})), doctest::Contains("must be i64"), Error);
}

TEST_CASE("mse is the mean over everything, and refuses to broadcast") {
  const Tensor a = f64_leaf({1, 2, 3, 4}, {2, 2}), b = f64_leaf({0, 2, 5, 4}, {2, 2});
  Tape tape;
  const Tensor y = mse(a, b);
  CHECK(y.item() == (1 + 0 + 4 + 0) / 4.0);
  CHECK(grad(y, a).to_vector() == std::vector<double>{0.5, 0, -1, 0});
  CHECK_THROWS_WITH_AS(mse(zeros({4, 1}), zeros({4})), doctest::Contains("mse: shapes differ"), Error);
}
