#include "autograd/ops/indexing.h"

#include <doctest/doctest.h>

#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Indices in [0, n) with repeats.
Tensor some_indices(const Shape& shape, int64_t n) {
  std::vector<double> values(static_cast<size_t>(shape.size()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i * i * 7 % static_cast<size_t>(n));
  return tensor(values, shape, DType::i64);
}

Tensor labels(const std::vector<double>& values) {
  return tensor(values, {static_cast<int64_t>(values.size())}, DType::i64);
}

}  // namespace

TEST_CASE("places and rows are read at their index, and added to there, along any axis") {
  const Shape shape = {3, 4, 2};
  for (int axis = 0; axis < 3; ++axis)
    for (const bool rows : {false, true}) {  // an index for each row, or one for each place
      Shape chosen = shape;
      chosen.set(axis, 5);
      const Tensor x = wave(shape), src = wave(chosen, DType::f64, 0.4),
                   index = some_indices(rows ? Shape{5} : chosen, shape[axis]);
      const AxisView v = view_axis(shape, axis), w = view_axis(chosen, axis);
      std::vector<double> read, added(24);
      for (int64_t o = 0; o < w.outer; ++o)
        for (int64_t j = 0; j < w.n; ++j) {
          for (int64_t k = 0; k < w.inner; ++k) {
            const size_t place = position(w, o, j, k);
            const int64_t i = index.data<int64_t>()[rows ? static_cast<size_t>(j) : place];
            read.push_back(x.data<double>()[position(v, o, i, k)]);
            added[position(v, o, i, k)] += src.data<double>()[place];
          }
        }
      const auto add = rows ? index_add : scatter_add;
      CHECK(max_error(rows ? index_select(x, axis - 3, index) : gather(x, axis, index), read) == 0);
      CHECK(max_error(add(src, axis, index, shape[axis]), added) < 1e-15);
    }
}
TEST_CASE("Repeated indices add up in their order, so sums are exact to the bit") {
  // (2^53 + 1) + 1 rounds to 2^53 twice; 1 + 1 + 2^53 does not
  const Tensor src = tensor({9007199254740992.0, 1, 1, 1, 1, 9007199254740992.0}, {6}, DType::f64);
  CHECK(max_error(index_add(src, 0, labels({0, 0, 0, 1, 1, 1}), 2),
                  {9007199254740992.0, 9007199254740994.0}) == 0);
  CHECK(index_add(src, 0, labels({0, 0, 0, 1, 1, 1}), 2).to_vector()[0] == 9007199254740992.0);
  CHECK(scatter_add(src, 0, labels({0, 0, 0, 1, 1, 1}), 2).to_vector()[1] == 9007199254740994.0);
}

TEST_CASE("An index without the leading axes is shared by them") {
  const Tensor x = wave({5, 2, 3}), index = some_indices({2, 4}, 3);
  const Tensor y = gather(x, -1, index);
  CHECK(y.shape() == Shape{5, 2, 4});
  CHECK(max_error(y.rows(3, 4), gather(reshape(x.rows(3, 4), {2, 3}), 1, index).to_vector()) == 0);
  const Tensor z = scatter_add(y, -1, index, 3);
  CHECK(z.shape() == x.shape());
  CHECK(max_error(z.rows(3, 4), scatter_add(reshape(y.rows(3, 4), {2, 4}), 1, index, 3).to_vector()) == 0);
}

TEST_CASE("Pixels and labels are selected like values") {
  const Tensor pixels = cast(arange(6), DType::u8).view({3, 2});
  CHECK(max_error(index_select(pixels, 0, labels({2, 0})), {4, 5, 0, 1}) == 0);
  CHECK(max_error(gather(labels({7, 8, 9}), 0, labels({1, 1})), {8, 8}) == 0);
}

TEST_CASE("one_hot marks the label") {
  CHECK(max_error(one_hot(labels({2, 0}), 3), {0, 0, 1, 1, 0, 0}) == 0);
  CHECK(one_hot(labels({1}), 2, DType::f64).dtype() == DType::f64);
  CHECK(one_hot(zeros({2, 0}, DType::i64), 4).shape() == Shape{2, 0, 4});
}

TEST_CASE("Indices out of range, of the wrong dtype or shape are refused by name") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(gather(x, 1, tensor({0, 1, 2, 3}, {2, 2}, DType::i64)),
                       "gather: index 3 at position 3 is outside [0, 3). Hint: indices count from 0", Error);
  CHECK_THROWS_WITH_AS(index_select(x, 0, labels({1, -1})),
                       "index_select: index -1 at position 1 is outside [0, 2). Hint: indices count from 0",
                       Error);
  CHECK(error_message([&] { one_hot(labels({10}), 10); }) ==
        "one_hot: index 10 at position 0 is outside [0, 10). Hint: indices count from 0");
  CHECK_THROWS_WITH_AS(gather(x, 1, ones({2, 2})),
                       "gather: operand 1 must be i64, not f32. Hint: use cast(x, DType::i64)", Error);
  CHECK_THROWS_WITH_AS(
      gather(x, 1, zeros({4, 2}, DType::i64)),
      "gather: index (4,2) does not fit (2,3) along axis 1. Hint: sizes may differ on that axis only", Error);
  CHECK_THROWS_WITH_AS(scatter_add(x, 1, zeros({2, 2}, DType::i64), 4),
                       "scatter_add: index (2,2) does not fit (2,3) along axis 1. Hint: the shapes agree",
                       Error);
  CHECK_THROWS_WITH_AS(
      index_select(x, 0, zeros({1, 1}, DType::i64)),
      "index_select: index (1,1) is not a vector. Hint: gather and scatter_add take any index", Error);
  CHECK(error_message([&] { index_add(x, 0, labels({0}), 4); }) ==
        "index_add: 1 indices for axis 0 of (2,3) do not fit. Hint: pass one index per row");
}
