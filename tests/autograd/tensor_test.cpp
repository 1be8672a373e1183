#include "autograd/tensor.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/error_message.h"

using namespace gradzoo;
using test::error_message;

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
  CHECK(rows.to_vector() == std::vector<double>{2, 3, 40, 5});
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
