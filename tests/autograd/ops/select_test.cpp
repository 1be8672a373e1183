#include "autograd/ops/select.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/grad.h"

using namespace gradzoo;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Tensor row(const std::vector<double>& values, DType dtype = DType::f64) {
  return tensor(values, {static_cast<int64_t>(values.size())}, dtype);
}

}  // namespace

TEST_CASE("where broadcasts its mask and both operands") {
  const Tensor mask = tensor({1, 0}, {2, 1}, DType::u8);
  const Tensor y = where(mask, row({1, 2, 3}), scalar(-1, DType::f64));
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.to_vector() == std::vector<double>{1, 2, 3, -1, -1, -1});
}

TEST_CASE("where sums its gradients back to each operand's shape") {
  Tensor a = row({1, 2, 3}), b = scalar(-1, DType::f64);
  a.requires_grad_();
  b.requires_grad_();
  Tape tape;
  const Tensor y = where(tensor({1, 0, 1, 0, 0, 1}, {2, 3}, DType::u8), a, b);
  const Tensor inputs[] = {a, b};
  const Tensors g = grad(y, inputs, {.grad_output = tensor({1, 2, 3, 4, 5, 6}, {2, 3}, DType::f64)});
  CHECK(g[0].to_vector() == std::vector<double>{1, 0, 9});
  CHECK(g[1].item() == 2 + 4 + 5);
}

TEST_CASE("where keeps an infinite gradient out of the operand that was not chosen") {
  Tensor a = row({1}), b = row({1});
  a.requires_grad_();
  b.requires_grad_();
  Tape tape;
  const Tensor y = where(tensor({1}, {1}, DType::u8), a, b);
  CHECK(grad(y, b, {.grad_output = row({kInf})}).item() == 0.0);
}

TEST_CASE("where asks for a mask of u8") {
  CHECK_THROWS_WITH_AS(where(row({1}), row({1}), row({1})), doctest::Contains("must hold u8"), Error);
}

TEST_CASE("comparisons give masks, and nothing compares to NaN") {
  const Tensor a = row({1, 2, 3, kNaN}), b = row({2, 2, 2, 2});
  CHECK(lt(a, b).to_vector() == std::vector<double>{1, 0, 0, 0});
  CHECK(le(a, b).to_vector() == std::vector<double>{1, 1, 0, 0});
  CHECK(gt(a, b).to_vector() == std::vector<double>{0, 0, 1, 0});
  CHECK(ge(a, b).to_vector() == std::vector<double>{0, 1, 1, 0});
  CHECK(eq(a, b).to_vector() == std::vector<double>{0, 1, 0, 0});
  CHECK(lt(a, b).dtype() == DType::u8);
}

TEST_CASE("comparisons broadcast") {
  const Tensor mask = lt(tensor({1, 3}, {2, 1}, DType::f64), row({2, 4}));
  CHECK(mask.shape() == Shape{2, 2});
  CHECK(mask.to_vector() == std::vector<double>{1, 1, 0, 1});
}

TEST_CASE("comparisons refuse two dtypes") {
  CHECK_THROWS_WITH_AS(ge(row({1}), row({1}, DType::f32)), doctest::Contains("ge: operands of two dtypes"),
                       Error);
}

TEST_CASE("comparisons, sign and floor are constants to the tape") {
  Tensor x = row({-1.5, 0, 2.5});
  x.requires_grad_();
  Tape tape;
  CHECK(sign(x).to_vector() == std::vector<double>{-1, 0, 1});
  CHECK(floor(x).to_vector() == std::vector<double>{-2, 0, 2});
  CHECK_FALSE(sign(x).requires_grad());
  CHECK_FALSE(floor(x).requires_grad());
  CHECK_FALSE(gt(x, x).requires_grad());
  CHECK(tape.size() == 0);
}

TEST_CASE("all_finite sees one NaN or infinity anywhere") {
  for (const int64_t n : {1, 7, 64, 1000}) {
    for (const double bad : {kNaN, kInf, -kInf}) {
      Tensor x = ones({n}, DType::f64);
      CHECK(all_finite(x));
      x.mutable_data<double>()[n - 1] = bad;
      CHECK_FALSE(all_finite(x));
    }
  }
  CHECK(all_finite(zeros({0})));
}
