#include "autograd/ops/select.h"

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Tensor vector_of(const std::vector<double>& values, DType dtype = DType::f64) {
  return tensor(values, {static_cast<int64_t>(values.size())}, dtype);
}

}  // namespace

TEST_CASE("where broadcasts its mask and both operands") {
  const Tensor mask = tensor({1, 0}, {2, 1}, DType::u8);
  const Tensor y = where(mask, vector_of({1, 2, 3}), scalar(-1, DType::f64));
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.to_vector() == std::vector<double>{1, 2, 3, -1, -1, -1});
}

TEST_CASE("where keeps an infinite gradient out of the operand that was not chosen") {
  Tensor a = vector_of({1}), b = vector_of({1});
  a.requires_grad_();
  b.requires_grad_();
  Tape tape;
  const Tensor y = where(tensor({1}, {1}, DType::u8), a, b);
  CHECK(grad(y, b, {.grad_output = vector_of({kInf})}).item() == 0.0);
}

TEST_CASE("where asks for a mask of u8") {
  CHECK_THROWS_WITH_AS(where(vector_of({1}), vector_of({1}), vector_of({1})), doctest::Contains("must be u8"),
                       Error);
}

TEST_CASE("where takes a number for either value, which is a constant") {
  const Tensor x = vector_of({1, 2, 3}).requires_grad_(), mask = tensor({1, 0, 1}, {3}, DType::u8);
  Tape tape;
  CHECK(where(mask, x, -1).to_vector() == std::vector<double>{1, -1, 3});
  CHECK(where(mask, 0.5, x).to_vector() == std::vector<double>{0.5, 2, 0.5});
  CHECK(grad(sum(where(mask, x, -1)), x).to_vector() == std::vector<double>{1, 0, 1});
  CHECK(grad(sum(where(mask, 0.5, x)), x).to_vector() == std::vector<double>{0, 1, 0});
  CHECK(where(mask, vector_of({1, 2, 3}, DType::f32), 0).dtype() == DType::f32);
}
