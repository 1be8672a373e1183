#include "autograd/ops/linalg.h"

#include <doctest/doctest.h>

#include "autograd/ops/elementwise.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Shape leading(const Shape& shape) { return shape.erase(shape.rank() - 1).erase(shape.rank() - 2); }

// Element (i, j) of matrix `which` of a stack, transposed or not.
double element(const std::vector<double>& values, const Shape& shape, int64_t which, int64_t i, int64_t j,
               bool transposed) {
  const int64_t rows = shape[-2], columns = shape[-1];
  const int64_t at = transposed ? j * columns + i : i * columns + j;
  return values[static_cast<size_t>(which * rows * columns + at)];
}

// The triple loop over a batch whose leading axes broadcast.
std::vector<double> naive_matmul(const Tensor& a, const Tensor& b, bool ta, bool tb) {
  const Shape batch = broadcast_shapes(leading(a.shape()), leading(b.shape()), "naive");
  const Tensor which_a =
      broadcast_to(reshape(arange(leading(a.shape()).size(), DType::i64), leading(a.shape())), batch);
  const Tensor which_b =
      broadcast_to(reshape(arange(leading(b.shape()).size(), DType::i64), leading(b.shape())), batch);
  const int64_t m = a.shape()[ta ? -1 : -2], k = a.shape()[ta ? -2 : -1], n = b.shape()[tb ? -2 : -1];
  const std::vector<double> va = a.to_vector(), vb = b.to_vector();
  std::vector<double> out;
  for (int64_t s = 0; s < batch.size(); ++s)
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double y = 0;
        for (int64_t l = 0; l < k; ++l)
          y += element(va, a.shape(), which_a.data<int64_t>()[s], i, l, ta) *
               element(vb, b.shape(), which_b.data<int64_t>()[s], l, j, tb);
        out.push_back(y);
      }
    }
  return out;
}

}  // namespace

TEST_CASE("matmul is the triple loop for every flag and every broadcast of leading axes") {
  for (const OpCase<ops::MatMul>& c : ops::MatMul::cases())
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor a = wave(c.operands[0].shape, dtype), b = wave(c.operands[1].shape, dtype, 0.7);
      const bool ta = c.op.transpose_a, tb = c.op.transpose_b;
      CAPTURE(a.shape().str());
      CAPTURE(b.shape().str());
      CAPTURE(ta);
      CAPTURE(tb);
      const double tolerance = dtype == DType::f32 ? 1e-5 : 1e-13;
      CHECK(max_error(matmul(a, b, ta, tb), naive_matmul(a, b, ta, tb)) < tolerance);
    }
}

TEST_CASE("matmul says which flag mends the inner dimensions") {
  CHECK_THROWS_WITH_AS(
      matmul(zeros({100, 784}), zeros({500, 784})),
      "matmul: inner dimensions differ: (100,784) x (500,784). Hint: pass transpose_b = true", Error);
  CHECK_THROWS_WITH_AS(
      matmul(zeros({784, 100}), zeros({784, 500})),
      "matmul: inner dimensions differ: (784,100) x (784,500). Hint: pass transpose_a = true", Error);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), zeros({3, 4}), false, true),
                       "matmul: inner dimensions differ: (2,3) x (3,4)'. Hint: pass transpose_b = false",
                       Error);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), zeros({4, 5})),
                       "matmul: inner dimensions differ: (2,3) x (4,5). Hint: the columns of the first must "
                       "be the rows of the second",
                       Error);
  CHECK_THROWS_WITH_AS(matmul(zeros({3}), zeros({3, 2})),
                       "matmul: (3) x (3,2): operands have at least 2 axes. Hint: unsqueeze a vector", Error);
  CHECK(error_message([] {
          matmul(zeros({2, 3, 4}), zeros({3, 4, 1}));
        }).starts_with("matmul: shapes (2) and (3)"));
}

TEST_CASE("linear is x W' + b over the last axis, with and without a bias") {
  for (const Shape& shape : {Shape{3}, Shape{4, 3}, Shape{2, 4, 3}, Shape{0, 3}})
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor x = wave(shape, dtype), weight = wave({5, 3}, dtype, 0.2), bias = wave({5}, dtype, 0.4);
      const Tensor rows = reshape(x, {shape.size() / 3, 3});
      const Tensor product = tensor(naive_matmul(rows, weight, false, true), {shape.size() / 3, 5}, dtype);
      const Tensor y = linear(x, weight, bias);
      Shape wanted = shape;
      wanted.set(-1, 5);
      CHECK(y.shape() == wanted);
      CHECK(linear(x, weight).shape() == wanted);
      CHECK(max_error(y, add(product, bias).to_vector()) < 1e-5);
      CHECK(max_error(linear(x, weight), product.to_vector()) < 1e-5);
    }
}

TEST_CASE("linear names the shapes that do not fit") {
  CHECK_THROWS_WITH_AS(
      linear(zeros({2, 3}), zeros({3, 5})),
      "linear: x (2,3) does not fit weight (3,5). Hint: x is (..., in) and weight is (out, in)", Error);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({5, 3}), zeros({1, 5})),
                       "linear: bias (1,5) does not fit weight (5,3). Hint: weight is (out, in), bias (out)",
                       Error);
}

TEST_CASE("dot and outer are products of vectors") {
  const Tensor a = tensor({1, 2, 3}, {3}), b = tensor({4, 5, -6}, {3}), c = tensor({7, 8}, {2});
  CHECK(dot(a, b).item() == -4);
  CHECK(dot(zeros({0}), zeros({0})).item() == 0);
  CHECK(outer(a, c).shape() == Shape{3, 2});
  CHECK(outer(a, c).to_vector() == std::vector<double>{7, 8, 14, 16, 21, 24});
  CHECK(error_message([&] { dot(a, c); }) ==
        "dot: (3) and (2). Hint: pass two vectors of the same size; einsum sums over any axes");
  CHECK(error_message([&] { dot(outer(a, b), outer(a, b)); }).starts_with("dot: (3,3) and (3,3)"));
  CHECK(error_message([&] { outer(a, scalar(1)); }).starts_with("outer: (3) and ()"));
}
