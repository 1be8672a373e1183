#include "gradzoo/autograd/tensor.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("an undefined tensor is an error wherever it is read") {
  Tensor none;
  for (const std::string& message :
       {error_message([&] { none.shape(); }), error_message([&] { none.item(); }),
        error_message([&] { none.data<float>(); }), error_message([&] { none.mutable_data<float>(); }),
        error_message([&] { none.grad(); }), error_message([&] { none.zero_grad(); }),
        error_message([&] { none.requires_grad_(false); }), error_message([&] { none.named("x"); }),
        error_message([&] { none.detach(); }), error_message([&] { none.clone(); }),
        error_message([&] { none.rows(0, 1); })}) {
    CHECK(message == "an undefined tensor has no shape and no values. Hint: assign it a value first");
  }
  CHECK_FALSE(none.requires_grad());
  CHECK(none.name().empty());
}

TEST_CASE("values are read as the dtype that they have") {
  const Tensor x = tensor({1, 2}, {2}, DType::f64).named("x");
  CHECK(error_message([&] { x.data<float>(); }) ==
        "data: tensor x(2) holds f64, not f32. Hint: cast(x, DType::f32)");
  CHECK(error_message([&] { x.item(); }) ==
        "item: tensor x(2) is not a single value. Hint: sum or mean it first");
}

TEST_CASE("copies, views and rows share values; a clone has its own") {
  Tensor x = tensor({0, 1, 2, 3, 4, 5}, {3, 2}, DType::f64);
  const Tensor copy = x, view = x.view({2, 3}), rows = x.rows(1, 3), clone = x.clone();
  x.mutable_data<double>()[4] = 40;
  CHECK(copy.to_vector()[4] == 40);
  CHECK(view.to_vector()[4] == 40);
  CHECK(rows.to_vector() == Doubles{2, 3, 40, 5});
  CHECK(clone.to_vector()[4] == 4);
  CHECK(x.rows(1, 1).size() == 0);
  CHECK(error_message([&] { x.rows(2, 4); }).find("rows: [2, 4) of tensor (3,2)") == 0);
  CHECK(error_message([&] { x.view({4}); }).find("view: tensor (3,2) has 6 elements") == 0);
}

TEST_CASE("a change through any handle counts a version for all that share the values") {
  Tensor x = zeros({2}, DType::f64);
  const Tensor view = x.view({2, 1}), clone = x.clone();
  const uint64_t before = view.version(), apart = clone.version();
  x.mutable_data<double>();
  CHECK(view.version() == before + 1);
  CHECK(clone.version() == apart);
}

TEST_CASE("a label is the name and the shape") {
  CHECK(zeros({2, 3}).label() == "(2,3)");
  CHECK(zeros({2, 3}).named("weight").label() == "weight(2,3)");
  CHECK(scalar(1).named("loss").label() == "loss()");
  CHECK(Tensor().label() == "undefined");
}

TEST_CASE("view, rows and clone are recorded, as every op") {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6}, {3, 2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor weight = tensor({1, 10, 100, 1000, 1e4, 1e5}, {3, 2}, DType::f64);
  CHECK(grad(sum(x.view({6}) * reshape(weight, {6})), x).to_vector() == weight.to_vector());
  CHECK(grad(sum(x.rows(1, 3) * weight.rows(0, 2)), x).to_vector() == Doubles{0, 0, 1, 10, 100, 1000});
  CHECK(grad(sum(x.clone() * weight), x).to_vector() == weight.to_vector());
  CHECK(grad(sum(cast(x, DType::f64) * weight), x).to_vector() == weight.to_vector());
  const Tensor g = grad(sum(square(square(x).rows(0, 1).view({2}).clone())), x, {.create_graph = true});
  CHECK(grad(sum(g), x).to_vector() == Doubles{12, 48, 0, 0, 0, 0});  // (x^4)'' = 12 x^2
  const NoGrad pause;
  CHECK_FALSE(x.clone().requires_grad());
  CHECK_FALSE(x.view({6}).requires_grad());
}

TEST_CASE("a tracked tensor keeps its dtype, in which its gradient flows") {
  const Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_().named("x");
  CHECK(cast(x, DType::f32).dtype() == DType::f32);  // nothing records
  Tape tape;
  CHECK(error_message([&] { cast(x, DType::f32); }) ==
        "cast: tensor x(2) is tracked, and no gradient flows from f32 to f64. Hint: detach() it first");
  CHECK(cast(x.detach(), DType::f32).dtype() == DType::f32);
  CHECK(cast(square(x), DType::i64).to_vector() == Doubles{1, 4});  // an index has no gradient
}

TEST_CASE("a tensor is not moved into itself") {
  Tensor x = tensor({1, 2, 3}, {3}, DType::f64).named("x");
  CHECK(error_message([&] { x.move_into(x, 0); }) ==
        "move_into: tensor x(3) shares its values with another tensor. Hint: clone() it first");
  CHECK(x.to_vector() == Doubles{1, 2, 3});
}

TEST_CASE("a row by its index has the row's shape, its values and its gradient") {
  Tensor x = tensor({1, 2, 3, 4, 5, 6}, {3, 2}, DType::f64).named("x").requires_grad_();
  CHECK(x[1].shape() == Shape{2});
  CHECK(x[1].to_vector() == Doubles{3, 4});
  CHECK(x[-1].to_vector() == Doubles{5, 6});
  CHECK(x[2][-2].item() == 5);
  CHECK(x[0].data<double>() == x.data<double>());
  CHECK(arange(4, DType::i64)[2].item() == 2);
  CHECK(error_message([&] { x[3]; }) == "[]: row 3 of tensor x(3,2). Hint: rows run from -3 to 2");
  CHECK(error_message([&] { x[-4]; }) == "[]: row -4 of tensor x(3,2). Hint: rows run from -3 to 2");
  CHECK_THROWS_WITH_AS(zeros({0, 2})[0], "[]: tensor (0,2) has no rows. Hint: its first axis is empty",
                       Error);
  CHECK(error_message([&] { scalar(1)[0]; }) == "[]: tensor () has no axis to index. Hint: use item()");
  Tape tape;
  const Tensor g = grad(sum(square(square(x[-2]))), x, {.create_graph = true});
  CHECK(g.to_vector() == Doubles{0, 0, 4 * 27, 4 * 64, 0, 0});
  CHECK(grad(sum(g), x).to_vector() == Doubles{0, 0, 12 * 9, 12 * 16, 0, 0});
}
TEST_CASE("a shape is made from a vector or a span of sizes, as from a list") {
  const std::vector<int64_t> sizes = {2, 3};
  const Shape of_span{std::span<const int64_t>(sizes)};
  CHECK(of_span == Shape{2, 3});
  CHECK(zeros(sizes).shape() == Shape{2, 3});
  CHECK(Shape(std::vector<int64_t>()) == Shape{});
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  CHECK(tensor(std::span(values), sizes).rows(1, 2).to_vector() == std::vector<double>{4, 5, 6});
  CHECK(contains(error_message([] { Shape(std::vector<int64_t>(7, 1)); }), "7 axes"));
  CHECK(contains(error_message([] { Shape(std::vector<int64_t>{-2}); }), "negative size"));
}
