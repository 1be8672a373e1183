#include "autograd/ops/shaping.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("reshape keeps the order, works out one size, and shares storage") {
  Tensor x = arange(12, DType::f64);
  const Tensor y = reshape(x, {3, -1});
  CHECK(y.shape() == Shape{3, 4});
  CHECK(max_error(y, x.to_vector()) == 0);
  CHECK(reshape(x, {2, 3, 2}).shape() == Shape{2, 3, 2});
  CHECK(reshape(zeros({0, 4}), {-1, 2}).shape() == Shape{0, 2});
  CHECK(y.data<double>() == x.data<double>());
  x.mutable_data<double>()[5] = -1;
  CHECK(y.to_vector()[5] == -1);
  CHECK(y.version() == x.version());
}

TEST_CASE("A shape that does not hold the values is refused") {
  CHECK_THROWS_WITH_AS(reshape(zeros({2, 3}), {4, -1}),
                       "reshape: (2,3) has 6 elements, which (4,-1) does not hold. Hint: sizes multiply to "
                       "6, and one of them may be -1",
                       Error);
  CHECK_THROWS_WITH_AS(reshape(zeros({2, 3}), {-1, -1}),
                       "reshape: (2,3) has 6 elements, which (-1,-1) does not hold. Hint: sizes multiply to "
                       "6, and one of them may be -1",
                       Error);
  CHECK(error_message([] { reshape(zeros({2, 3}), {5}); }).starts_with("reshape: (2,3) has 6 elements"));
  CHECK(error_message([] { reshape(zeros({0}), {0, -1}); }).starts_with("reshape: (0) has 0 elements"));
  CHECK_THROWS_WITH_AS(empty({-1, 2}), "shape: (-1,2) has an open size. Hint: pass -1 only to reshape",
                       Error);
}

TEST_CASE("tile_rows puts whole copies one after another, and refuses none") {
  const Tensor x = arange(6, DType::f64);
  CHECK(tile_rows(reshape(x, {3, 2}), 2).to_vector() == Doubles{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5});
  CHECK(tile_rows(x, 3).shape() == Shape{18});
  CHECK(tile_rows(zeros({0, 2}), 3).shape() == Shape{0, 2});
  CHECK(error_message([&] { tile_rows(x, 0); }) ==
        "tile_rows: 0 copies of (6). Hint: make at least one copy of a tensor with rows");
  CHECK_THROWS_AS(tile_rows(zeros({}), 2), Error);
}

TEST_CASE("unsqueeze, squeeze and flatten_rows add and drop axes") {
  const Tensor x = wave({2, 3});
  CHECK(unsqueeze(x, 0).shape() == Shape{1, 2, 3});
  CHECK(unsqueeze(x, -1).shape() == Shape{2, 3, 1});
  CHECK(unsqueeze(x, -2).shape() == Shape{2, 1, 3});
  CHECK(squeeze(unsqueeze(x, 1), 1).shape() == Shape{2, 3});
  CHECK(flatten_rows(wave({2, 3, 4})).shape() == Shape{2, 12});
  CHECK(flatten_rows(wave({2})).shape() == Shape{2, 1});
  CHECK(error_message([&] { squeeze(x, 1); }) ==
        "squeeze: axis 1 of (2,3) has size 3. Hint: only an axis of size 1 can be dropped");
  CHECK(error_message([] { flatten_rows(scalar(1)); }) ==
        "flatten_rows: a scalar has no rows. Hint: reshape it to (1,1)");
}

TEST_CASE("transpose swaps any two axes") {
  const Shape shape = {2, 3, 4, 5};
  const Tensor x = wave(shape);
  const Doubles values = x.to_vector();
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      const Tensor y = transpose(x, a, b - 4);
      Doubles wanted;
      std::array<int64_t, 4> i{};
      for (i[0] = 0; i[0] < y.dim(0); ++i[0])
        for (i[1] = 0; i[1] < y.dim(1); ++i[1]) {
          for (i[2] = 0; i[2] < y.dim(2); ++i[2])
            for (i[3] = 0; i[3] < y.dim(3); ++i[3]) {
              std::array<int64_t, 4> j = i;
              std::swap(j[static_cast<size_t>(a)], j[static_cast<size_t>(b)]);
              wanted.push_back(values[static_cast<size_t>(((j[0] * 3 + j[1]) * 4 + j[2]) * 5 + j[3])]);
            }
        }
      CHECK(max_error(y, wanted) == 0);
    }
  CHECK(max_error(transpose(tensor({1, 2, 3, 4, 5, 6}, {2, 3})), {1, 4, 2, 5, 3, 6}) == 0);
}

TEST_CASE("broadcast_to repeats what NumPy would repeat, and sums on the way back") {
  CHECK(max_error(broadcast_to(tensor({1, 2}, {2}), {2, 2}), {1, 2, 1, 2}) == 0);
  CHECK(max_error(broadcast_to(tensor({1, 2}, {2, 1}), {2, 3}), {1, 1, 1, 2, 2, 2}) == 0);
  CHECK(max_error(broadcast_to(scalar(4), {2, 1}), {4, 4}) == 0);
  CHECK(broadcast_to(zeros({1, 2}), {0, 2}).shape() == Shape{0, 2});
  Tensor x = tensor({1, 2}, {2, 1}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = broadcast_to(x, {3, 2, 2});
  CHECK(max_error(grad(y, x, {.grad_output = arange(12, DType::f64).view({3, 2, 2})}), {27, 39}) == 0);
  CHECK_THROWS_WITH_AS(broadcast_to(zeros({2, 3}), {2, 4}),
                       "broadcast_to: shapes (2,3) and (2,4) do not broadcast. Hint: aligned at the last "
                       "axis, sizes must agree or be 1",
                       Error);
  CHECK_THROWS_WITH_AS(
      broadcast_to(zeros({2, 3}), {2, 1}),
      "broadcast_to: (2,3) does not broadcast to (2,1). Hint: sizes agree or are 1 in the first", Error);
  CHECK_THROWS_WITH_AS(broadcast_to(zeros({2, 3}), {3}),
                       "broadcast_to: (2,3) has more axes than (3). Hint: sum_to removes axes", Error);
}

TEST_CASE("flip turns one axis round") {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3});
  CHECK(max_error(flip(x, 1), {3, 2, 1, 6, 5, 4}) == 0);
  CHECK(max_error(flip(x, -2), {4, 5, 6, 1, 2, 3}) == 0);
  CHECK(flip(zeros({2, 0}), 1).shape() == Shape{2, 0});
}

TEST_CASE("permute puts axes in any order, as a chain of indices says") {
  const Tensor x = wave({2, 3, 4});
  const Tensor y = permute(x, {2, 0, -2});
  CHECK(y.shape() == Shape{4, 2, 3});
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 3; ++j)
      for (int64_t k = 0; k < 4; ++k)
        CHECK(y.data<double>()[(k * 2 + i) * 3 + j] == x.data<double>()[(i * 3 + j) * 4 + k]);
  CHECK(permute(x, {0, 1, 2}).to_vector() == x.to_vector());
  CHECK(permute(full({}, 3), {}).item() == 3);
  for (const auto& wrong : {std::initializer_list<int>{0, 1}, {0, 1, 1}})
    CHECK(contains(error_message([&] { permute(x, wrong); }), "each of its axes once"));
}

TEST_CASE("stack makes an axis, split takes one apart, and concat of the pieces is what it was") {
  const Tensor a = tensor({1, 2}, {2}), b = tensor({3, 4}, {2}), c = tensor({5, 6}, {2});
  CHECK(stack({a, b, c}).to_vector() == Doubles{1, 2, 3, 4, 5, 6});
  CHECK(stack({a, b, c}).shape() == Shape{3, 2});
  CHECK(stack({a, b, c}, -1).to_vector() == Doubles{1, 3, 5, 2, 4, 6});
  CHECK(stack({full({}, 1), full({}, 2)}).shape() == Shape{2});
  CHECK(contains(error_message([&] { stack({a, zeros({3})}); }), "one shape"));

  const Tensor x = wave({5, 2});
  const Tensors pieces = split(x, 2);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[2].shape() == Shape{1, 2});
  CHECK(concat(pieces, 0).to_vector() == x.to_vector());
  CHECK(split(x, 1, -1).size() == 2);
  CHECK(split(zeros({0, 2}), 3).empty());
  CHECK(contains(error_message([&] { split(x, 0); }), "at least 1"));
}

TEST_CASE("Labels and masks are moved like values, without a record") {
  const Tensor labels = arange(6, DType::i64);
  CHECK(max_error(transpose(reshape(labels, {2, 3})), {0, 3, 1, 4, 2, 5}) == 0);
  CHECK(max_error(flip(cast(labels, DType::u8), 0), {5, 4, 3, 2, 1, 0}) == 0);
  CHECK(broadcast_to(labels, {2, 6}).dtype() == DType::i64);
}

TEST_CASE("Ops that hold a shape mean the same over stacked copies once lifted") {
  const Tensor x = wave({5, 1, 3});
  const Tensor y = apply(ops::BroadcastTo{{2, 3}}.lifted(5), x);
  CHECK(y.shape() == Shape{5, 2, 3});
  CHECK(max_error(y.rows(4, 5), broadcast_to(x.rows(4, 5), {1, 2, 3}).to_vector()) == 0);
  CHECK(apply(ops::Reshape{{3}}.lifted(5), x).shape() == Shape{5, 3});
}

TEST_CASE("An undefined tensor is named, not read") {
  const std::string sentence =
      "an undefined tensor has no shape and no values. Hint: assign it a value first";
  CHECK(error_message([] { reshape(Tensor(), {1}); }) == sentence);
  CHECK(error_message([] { transpose(Tensor()); }) == sentence);
}
