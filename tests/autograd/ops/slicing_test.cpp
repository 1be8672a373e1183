#include "autograd/ops/slicing.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("slice takes begin, begin + step, ... below end of any axis") {
  const Shape shape = {3, 7, 2};
  const Tensor x = wave(shape);
  const std::vector<double> values = x.to_vector();
  for (int axis = 0; axis < 3; ++axis) {
    const AxisView v = view_axis(shape, axis);
    for (int64_t begin = 0; begin < v.n; ++begin)
      for (int64_t end = begin; end <= v.n; ++end) {
        for (int64_t step = 1; step <= 3; ++step) {
          std::vector<double> wanted;
          for (int64_t o = 0; o < v.outer; ++o)
            for (int64_t i = begin; i < end; i += step) {
              for (int64_t k = 0; k < v.inner; ++k) wanted.push_back(values[position(v, o, i, k)]);
            }
          CHECK(max_error(slice(x, axis, begin, end, step), wanted) == 0);
          if (end < v.n && begin > 0)
            CHECK(max_error(slice(x, axis - 3, begin - v.n, end - v.n, step), wanted) == 0);
        }
      }
  }
}

TEST_CASE("A slice of the first axis shares storage, others are copies") {
  const Tensor x = wave({4, 3});
  CHECK(slice(x, 0, 1, 3).data<double>() == x.data<double>() + 3);
  CHECK(slice(x, 0, 1, 3).version() == x.version());
  CHECK(slice(x, 1, 0, 2).impl()->storage != x.impl()->storage);
}

TEST_CASE("A slice outside the axis is refused") {
  CHECK_THROWS_WITH_AS(slice(zeros({2, 3}), 1, 1, 9),
                       "slice: [1, 9) in steps of 1 on axis 1 of (2,3) reaches outside [0, 3]. Hint: 0 <= "
                       "begin <= end <= size and step >= 1",
                       Error);
  CHECK(error_message([] { slice(zeros({3}), 0, 2, 1); }).starts_with("slice: [2, 1)"));
  CHECK(error_message([] { slice(zeros({3}), 0, 0, 2, 0); }).starts_with("slice: [0, 2) in steps of 0"));
}

TEST_CASE("unslice undoes slice, and each is the other's gradient") {
  Tensor x = wave({2, 3}).requires_grad_();
  Tape tape;
  const Tensor y = unslice(x, 1, 1, 2, 7);
  CHECK(y.shape() == Shape{2, 7});
  CHECK(max_error(slice(y, 1, 1, 6, 2), x.to_vector()) == 0);
  CHECK(sum(y).item() == approx(sum(x).item()));
  const Tensor g = wave({2, 7}, DType::f64, 0.3);
  CHECK(max_error(grad(y, x, {.grad_output = g}), slice(g, 1, 1, 6, 2).to_vector()) == 0);
  const Tensor h = wave({2, 2}, DType::f64, 0.3);
  CHECK(max_error(grad(slice(x, 1, 0, 3, 2), x, {.grad_output = h}), unslice(h, 1, 0, 2, 3).to_vector()) ==
        0);
  CHECK(error_message([] { unslice(zeros({3}), 0, 1, 2, 5); }) ==
        "pad: [1, 6) in steps of 2 on axis 0 of (3) reaches outside [0, 5]. Hint: 0 <= begin <= end <= size "
        "and step >= 1");
}

TEST_CASE("pad adds a value before and after, infinities too, and its gradient is the middle") {
  Tensor x = tensor({1, 2, 3, 4}, {2, 2}, DType::f64).requires_grad_();
  Tape tape;
  CHECK(max_error(pad(x, 1, 1, 0), {0, 1, 2, 0, 3, 4}) == 0);
  CHECK(max_error(pad(x, 0, 0, 1, -1), {1, 2, 3, 4, -1, -1}) == 0);
  const Tensor y = pad(x, 1, 1, 1, -kInf);
  CHECK(max_error(y, {-kInf, 1, 2, -kInf, -kInf, 3, 4, -kInf}) == 0);
  CHECK(max_error(grad(y, x, {.grad_output = arange(8, DType::f64).view({2, 4})}), {1, 2, 5, 6}) == 0);
  CHECK(pad(x, 1, 0, 0).shape() == Shape{2, 2});
  CHECK(error_message([&] { pad(x, 0, -1, 0); }) == "pad: -1 before and 0 after. Hint: use 0 or more");
}

TEST_CASE("concat puts any number of parts behind each other") {
  for (const size_t count : {1U, 2U, 3U, 4U, 5U, 9U, 33U})
    for (int axis = 0; axis < 2; ++axis) {
      std::vector<Tensor> parts;
      int64_t size = 0;
      for (size_t i = 0; i < count; ++i) {
        Shape shape = {3, 3};
        shape.set(axis, static_cast<int64_t>(i % 3));
        size += shape[axis];
        parts.push_back(wave(shape, DType::f64, static_cast<double>(i)).requires_grad_());
      }
      Tape tape;
      const Tensor y = concat(parts, axis);
      CHECK(y.dim(axis) == size);
      const Tensor weights = wave(y.shape(), DType::f64, 0.7);
      const Tensors gradients = grad(sum(mul(y, weights)), parts);
      int64_t begin = 0;
      for (size_t i = 0; i < count; ++i) {
        const int64_t end = begin + parts[i].dim(axis);
        CHECK(max_error(slice(y, axis, begin, end), parts[i].to_vector()) == 0);
        CHECK(max_error(slice(weights, axis, begin, end), gradients[i].to_vector()) == 0);
        begin = end;
      }
    }
}

TEST_CASE("concat names parts that do not fit") {
  CHECK_THROWS_WITH_AS(concat(zeros({2, 3}), zeros({2, 4}), 0),
                       "concat: part 1 is (2,4), the first is (2,3). Hint: sizes may differ on axis 0 only",
                       Error);
  CHECK_THROWS_WITH_AS(concat(zeros({2, 3}), zeros({2}), 0),
                       "concat: parts f32 (2,3) and f32 (2). Hint: dtypes and numbers of axes must agree",
                       Error);
  CHECK(error_message([] { concat(std::span<const Tensor>(), 0); }) ==
        "concat: no parts are given. Hint: pass at least one tensor");
  CHECK(error_message([] { concat(zeros({2}), Tensor(), 0); }) ==
        "concat: a part is undefined. Hint: assign it a value first");
}

TEST_CASE("Labels are cut and joined like values") {
  const Tensor labels = arange(5, DType::i64);
  CHECK(max_error(concat(slice(labels, 0, 3, 5), slice(labels, 0, 0, 5, 2), 0), {3, 4, 0, 2, 4}) == 0);
}
