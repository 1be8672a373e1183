#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Tensor compared(const Doubles& values, DType dtype = DType::f64) {
  return tensor(values, {static_cast<int64_t>(values.size())}, dtype);
}

}  // namespace

TEST_CASE("comparisons give masks, and nothing compares to NaN but by ne") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor a = compared({1, 2, 3, NAN}, dtype), b = compared({2, 2, 2, 2}, dtype);
    CHECK(lt(a, b).to_vector() == Doubles{1, 0, 0, 0});
    CHECK(le(a, b).to_vector() == Doubles{1, 1, 0, 0});
    CHECK(gt(a, b).to_vector() == Doubles{0, 0, 1, 0});
    CHECK(ge(a, b).to_vector() == Doubles{0, 1, 1, 0});
    CHECK(eq(a, b).to_vector() == Doubles{0, 1, 0, 0});
    CHECK(ne(a, b).to_vector() == Doubles{1, 0, 1, 1});
    for (const auto& [with_tensor, with_number] : {std::pair{lt(a, b), lt(a, 2)},
                                                   {le(a, b), le(a, 2)},
                                                   {gt(a, b), gt(a, 2)},
                                                   {ge(a, b), ge(a, 2)},
                                                   {eq(a, b), eq(a, 2)},
                                                   {ne(a, b), ne(a, 2)}}) {
      CHECK(with_tensor.dtype() == DType::u8);
      CHECK(same_bytes(with_tensor, with_number));
    }
  }
}

TEST_CASE("comparisons broadcast") {
  const Tensor mask = lt(tensor({1, 3}, {2, 1}, DType::f64), compared({2, 4}));
  CHECK(mask.shape() == Shape{2, 2});
  CHECK(mask.to_vector() == Doubles{1, 1, 0, 1});
  CHECK(gt(zeros({2, 0}), 1).shape() == Shape{2, 0});
}

TEST_CASE("comparisons refuse two dtypes") {
  CHECK(error_message([] { ge(compared({1}), compared({1}, DType::f32)); }) ==
        "ge: operands of two dtypes, f64 (1) and f32 (1). Hint: cast one of them");
}

TEST_CASE("indices and masks are compared too, each integer exactly") {
  constexpr int64_t kBig = int64_t{1} << 53;
  const Tensor a = tensor(std::vector<int64_t>{kBig, kBig + 1, -3}, {3});
  const Tensor b = tensor(std::vector<int64_t>{kBig, kBig, -2}, {3});
  CHECK(eq(a, b).to_vector() == Doubles{1, 0, 0});
  CHECK(gt(a, b).to_vector() == Doubles{0, 1, 0});
  CHECK(gt(a, static_cast<double>(kBig)).to_vector() == Doubles{0, 1, 0});
  CHECK(eq(compared({0, 1, 1}, DType::u8), compared({1, 1, 0}, DType::u8)).to_vector() == Doubles{0, 1, 0});
  // A number between two integers is none of them, and one that no integer reaches is beyond all.
  const Tensor digits = arange(4, DType::i64);
  CHECK(ge(digits, 1.5).to_vector() == Doubles{0, 0, 1, 1});
  CHECK(eq(digits, 1.5).to_vector() == Doubles{0, 0, 0, 0});
  CHECK(lt(digits, 1e300).to_vector() == Doubles{1, 1, 1, 1});
  CHECK(gt(digits, NAN).to_vector() == Doubles{0, 0, 0, 0});
}

TEST_CASE("a number takes the dtype of f32") {
  CHECK(eq(full({1}, 0.1), 0.1).item() == 1);
  CHECK(lt(full({1}, 0.1, DType::f32), 0.1).item() == 0);
}

TEST_CASE("masks are joined by their truth, which is all but 0, and broadcast") {
  const Tensor a = compared({0, 0, 7, 7}, DType::u8), b = compared({0, 9, 0, 9}, DType::u8);
  CHECK(logical_and(a, b).to_vector() == Doubles{0, 0, 0, 1});
  CHECK(logical_or(a, b).to_vector() == Doubles{0, 1, 1, 1});
  CHECK(logical_xor(a, b).to_vector() == Doubles{0, 1, 1, 0});
  CHECK(logical_not(a).to_vector() == Doubles{1, 1, 0, 0});
  CHECK(logical_and(reshape(a, {4, 1}), b).shape() == Shape{4, 4});
  CHECK_THROWS_WITH_AS(logical_or(a, compared({1, 2, 3, 4})),
                       "logical_or: an operand of f64 is not a mask (u8). Hint: use ne(x, 0)", Error);
}

TEST_CASE("any, all and count_nonzero, over everything and along each axis, are what loops say") {
  const Tensor x = tensor({0, 1, 0, 2, NAN, 0, 0, 3, 0, 0, 0, 0}, {2, 3, 2}, DType::f64);
  const Doubles values = x.to_vector();
  CHECK(count_nonzero(x) == 4);
  CHECK(any(x));
  CHECK_FALSE(all(x));
  for (int axis = 0; axis < 3; ++axis) {
    const AxisView v = view_axis(x.shape(), axis);
    Doubles count, some, every;
    for (int64_t o = 0; o < v.outer; ++o)
      for (int64_t k = 0; k < v.inner; ++k) {
        int64_t n = 0;
        for (int64_t i = 0; i < v.n; ++i) n += values[position(v, o, i, k)] != 0 ? 1 : 0;
        count.push_back(static_cast<double>(n));
        some.push_back(n > 0 ? 1 : 0);
        every.push_back(n == v.n ? 1 : 0);
      }
    CHECK(count_nonzero(x, axis).to_vector() == count);
    CHECK(any(x, axis).to_vector() == some);
    CHECK(all(x, axis - 3).to_vector() == every);
    CHECK(count_nonzero(x, axis, true).shape() == x.shape().erase(axis).insert(axis, 1));
  }
  CHECK(count_nonzero(x, 0).dtype() == DType::i64);
  CHECK(count_nonzero(zeros({0, 3}), 1).size() == 0);
  CHECK(any(x, 0).dtype() == DType::u8);
  CHECK(all(zeros({0})));
  CHECK_FALSE(any(zeros({0})));
  CHECK(all(zeros({0, 2}), 0).to_vector() == Doubles{1, 1});
}

TEST_CASE("accuracy is the share of rows whose largest number stands at the label") {
  const Tensor logits = tensor({1, 5, 2, 9, 0, 0, 0, 1, 2, 4, 4, 1}, {4, 3});
  CHECK(accuracy(logits, compared({1, 0, 0, 0}, DType::i64)) == 0.75);  // of equals the first is called
  CHECK(accuracy(reshape(logits, {2, 2, 3}), tensor({1, 0, 2, 1}, {2, 2}, DType::i64)) == 0.75);
  CHECK(std::isnan(accuracy(zeros({0, 3}), zeros({0}, DType::i64))));
  CHECK(error_message([&] { accuracy(logits, zeros({3}, DType::i64)); }) ==
        "accuracy: labels (3) for logits (4,3). Hint: pass one label per row, (4)");
}

TEST_CASE("comparisons and counts are constants to the tape") {
  const Tensor x = compared({-1.5, 0, 2.5}).requires_grad_();
  Tape tape;
  CHECK_FALSE(gt(x, x).requires_grad());
  CHECK_FALSE(gt(x, 0).requires_grad());
  CHECK(count_nonzero(x) == 2);
  CHECK(tape.size() == 0);
}
