#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Tensor row(const std::vector<double>& values) {
  return tensor(values, {static_cast<int64_t>(values.size())}, DType::f64);
}

}  // namespace

TEST_CASE("in place, every handle and view sees the change") {
  Tensor x = row({1, 2, 3, 4});
  const Tensor copy = x, view = x.view({2, 2});
  const uint64_t version = x.version();
  x += row({10, 20, 30, 40});
  CHECK(max_error(copy, {11, 22, 33, 44}) == 0);
  x -= 1;
  CHECK(max_error(view, {10, 21, 32, 43}) == 0);
  x *= row({2});
  CHECK(max_error(copy, {20, 42, 64, 86}) == 0);
  x /= 2;
  x += 0.5;
  x *= 2;
  CHECK(max_error(copy, {21, 43, 65, 87}) == 0);
  x /= row({1, 1, 5, 1});
  x -= row({0, 3, 0, 0});
  CHECK(max_error(copy, {21, 40, 13, 87}) == 0);
  CHECK(x.version() > version);
}

TEST_CASE("what is read is read before it changes, also of itself") {
  Tensor x = tensor({1, 2, 3, 4}, {2, 2}, DType::f64);
  x += x;
  CHECK(max_error(x, {2, 4, 6, 8}) == 0);
  x -= x[0];  // a row of x under all of x
  CHECK(max_error(x, {0, 0, 4, 4}) == 0);
  Tensor tail = x.view({4}).rows(1, 4);
  tail += x.view({4}).rows(0, 3);
  CHECK(max_error(x, {0, 0, 4, 8}) == 0);
  Tensor first = x[0];
  first += 7;
  CHECK(max_error(x, {7, 7, 4, 8}) == 0);
}

TEST_CASE("the right-hand side fits into the left") {
  Tensor x = row({1, 2});
  CHECK(error_message([&] {
          x += ones({3, 2}, DType::f64);
        }) == "+=: (3,2) does not fit into (2). Hint: write x = x + y, whose shape both broadcast to");
  CHECK(error_message([&] { x *= row({1, 2, 3}); }).substr(0, 22) == "*=: shapes (2) and (3)");
  const uint64_t version = x.version();
  CHECK(error_message([&] { x -= ones({2}); }) ==
        "-=: (2) is f32, and (2) is f64. Hint: cast(y, DType::f64)");
  Tensor labels = zeros({2}, DType::i64);
  CHECK(contains(error_message([&] { labels += 1; }), "i64 takes no part in arithmetic"));
  CHECK(
      contains(error_message([&] { labels += zeros({2}, DType::i64); }), "i64 takes no part in arithmetic"));
  CHECK(x.version() == version);
  CHECK(max_error(x, {1, 2}) == 0);
}

TEST_CASE("values are copied into a tensor of their shape and dtype, and nothing is written otherwise") {
  Tensor x = row({1, 2, 3, 4});
  const Tensor handle = x;
  const uint64_t version = x.version();
  const auto refusal = [&](const Tensor& from) { return error_message([&] { assign_values(x, from); }); };
  CHECK(refusal(full({200}, 5, DType::f64)) ==
        "assign_values: (200) of f64 into (4) of f64. Hint: pass tensors with the same shape and dtype");
  for (const Tensor& other : {full({3}, 5, DType::f64), full({2, 2}, 5, DType::f64), full({4}, 5),
                              full({4}, 5, DType::i64), full({}, 5, DType::f64)})
    CHECK(contains(refusal(other), "the same shape and dtype"));
  CHECK(max_error(x, {1, 2, 3, 4}) == 0);
  CHECK(x.version() == version);
  assign_values(x, row({5, 6, 7, 8}));
  CHECK(max_error(handle, {5, 6, 7, 8}) == 0);
  CHECK(x.version() > version);
  Tensor tail = x.rows(1, 4);  // of the values that it is given
  assign_values(tail, x.rows(0, 3));
  CHECK(max_error(x, {5, 5, 6, 7}) == 0);
  Tensor none = zeros({0});
  assign_values(none, zeros({0}));
}

TEST_CASE("gradient descent by hand: the step stands outside of the tape, or in a NoGrad") {
  for (const bool inside : {false, true}) {
    Tensor w = row({1, -2}).requires_grad_();
    const Tensor handle = w;
    for (int step = 0; step < 3; ++step) {
      {
        Tape tape;
        w.zero_grad();
        backward(sum(square(w)));
        const NoGrad pause;
        if (inside) w -= 0.25 * w.grad();
      }
      if (!inside) w -= 0.25 * w.grad();
    }
    CHECK(max_error(handle, {0.125, -0.25}) == 0);  // halved thrice
    CHECK(w.is_leaf());
  }
}

TEST_CASE("a leaf is refused while a tape records, and a step that the tape needs undone is found out") {
  Tensor w = row({1, 2}).requires_grad_().named("w");
  Tape tape;
  const std::string refusal =
      "leaf w(2) does not change in place while a tape records. Hint: put a NoGrad around an optimiser's "
      "step, or write x = x + y for a result";
  CHECK(error_message([&] { w += 1; }) == "+=: " + refusal);
  CHECK(error_message([&] { w -= row({1, 1}); }) == "-=: " + refusal);
  CHECK(error_message([&] { w *= w; }) == "*=: " + refusal);
  CHECK(max_error(w, {1, 2}) == 0);
  const Tensor loss = sum(square(w));
  {
    const NoGrad pause;
    w += 1;
  }
  CHECK(error_message([&] { grad(loss, w); }) != "");  // square saved w, which has changed since
}

TEST_CASE("losses add up under a tape, from the first one or from nothing, with their gradients") {
  const Tensor w = row({3}).requires_grad_();
  Tape tape;
  Tensor loss = sum(square(w)), total = zeros({}, DType::f64);
  const Tensor first = loss;
  for (int i = 1; i <= 3; ++i) {
    loss += sum(w * static_cast<double>(i));
    total += sum(w * static_cast<double>(i));
  }
  CHECK(grad(loss, w, {.retain_graph = true}).item() == 2 * 3 + 1 + 2 + 3);
  CHECK(grad(total, w, {.retain_graph = true}).item() == 1 + 2 + 3);
  loss *= 2;
  loss -= total;
  loss /= total;  // (2 (w^2 + 6 w) - 6 w) / (6 w) = w / 3 + 1
  CHECK(loss.item() == approx(2));
  CHECK(grad(loss, w).item() == approx(1.0 / 3));
  CHECK(first.item() == 9);  // a recorded result keeps its value
}

TEST_CASE("a tracked right-hand side is not lost where other handles would not follow") {
  const Tensor w = row({3}).requires_grad_();
  Tensor average = zeros({1}, DType::f64).named("average");
  const Tensor registered = average;
  Tape tape;
  const Tensor y = square(w);
  CHECK(error_message([&] { average += y; }) ==
        "+=: the right-hand side is tracked, and other handles on the values of average(1) would not follow. "
        "Hint: write x = x + y for a result, or detach() the right-hand side");
  average += y.detach();
  CHECK(registered.item() == 9);
  const NoGrad pause;
  average += y;
  CHECK(registered.item() == 18);
}

TEST_CASE("while nothing records, a recorded result is refused in place") {
  const Tensor w = row({3}).requires_grad_();
  Tape tape;
  Tensor y = square(w);
  const NoGrad pause;
  CHECK(contains(error_message([&] { y += 1; }), "is a recorded result. Hint: clone() or detach() it first"));
}
