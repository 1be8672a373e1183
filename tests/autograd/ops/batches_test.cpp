#include "autograd/ops/batches.h"

#include <doctest/doctest.h>

#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a stack of matrices has the axes before the last two for its batch") {
  CHECK(ops::batch_of({4, 5}) == Shape{});
  CHECK(ops::batch_of({2, 3, 4, 5}) == Shape{2, 3});
  CHECK(ops::matrix_name({4, 5}, 0) == "(4,5)");
  CHECK(ops::matrix_name({2, 3, 4, 5}, 4) == "matrix 4 of (2,3,4,5)");
}

TEST_CASE("a solution has b's columns and the batch of both") {
  CHECK(ops::solution_shape({3, 3}, {3, 2}, "op") == Shape{3, 2});
  CHECK(ops::solution_shape({5, 1, 3, 3}, {4, 3, 2}, "op") == Shape{5, 4, 3, 2});
}

TEST_CASE("each matrix of a larger stack has its own of a smaller one") {
  CHECK(ops::matrix_of_each({2, 3, 3}, {2, 3, 1}).to_vector() == std::vector<double>{0, 1});
  CHECK(ops::matrix_of_each({2, 1, 3, 3}, {2, 3, 3, 1}).to_vector() == std::vector<double>{0, 0, 0, 1, 1, 1});
  CHECK(ops::matrix_of_each({3, 3}, {4, 3, 1}).to_vector() == std::vector<double>(4, 0));
  CHECK(ops::matrix_of_each({3, 3}, {3, 1}).size() == 1);
  Tensor out = empty({2, 2, 1}, DType::f64);
  ops::broadcast_into(tensor({5, 6}, {2, 1}, DType::f64), out);
  CHECK(out.to_vector() == std::vector<double>{5, 6, 5, 6});
}
