// What grad() is asked for in a list, and what a caller may do with what it gives.
#include <doctest/doctest.h>

#include "autograd/own_op.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor scalar_leaf(double value) { return scalar(value, DType::f64).requires_grad_(); }

TEST_CASE("a list in braces is a list of leaves, never a grad_output") {
  const Tensor w = scalar_leaf(3), v = scalar_leaf(5);
  Tape tape;
  backward(square(w), {w});
  CHECK(w.grad().item() == 6);
  backward(square(w) * v, {w, v});
  CHECK(w.grad().item() == 6 + 30);
  CHECK(v.grad().item() == 9);
  backward(square(w), {.grad_output = scalar(2, DType::f64)});
  CHECK(w.grad().item() == 36 + 12);
}

TEST_CASE("grad and concat take lists in braces") {
  const Tensor a = scalar_leaf(2), b = scalar_leaf(7);
  Tape tape;
  const Tensors g = grad(a * b, {a, b});
  CHECK(g.size() == 2);
  CHECK(g[0].item() == 7);
  CHECK(g[1].item() == 2);
  CHECK(grad(square(a), {a}).size() == 1);
  const Tensor rows = concat({reshape(a, {1}), reshape(b, {1}), reshape(a, {1})}, 0);
  CHECK(rows.to_vector() == std::vector<double>{2, 7, 2});
  CHECK(grad(sum(rows), a).item() == 2);
}

TEST_CASE("no leaf at all is an error, not all of them") {
  const Tensor w = scalar_leaf(3);
  Tape tape;
  const Tensor y = square(w);
  CHECK(error_message([&] { backward(y, std::span<const Tensor>{}); }) ==
        "backward: no parameters are given. Hint: call backward(loss)");
}

TEST_CASE("gradients have values of their own") {
  const Tensor a = scalar_leaf(2), b = scalar_leaf(3);
  Tensor seed = scalar(5, DType::f64);
  Tape tape;
  Tensors g = grad(a + b, {a, b, a}, {.grad_output = seed});
  g[0].mutable_data<double>()[0] = -1;
  CHECK(g[1].item() == 5);
  CHECK(g[2].item() == 5);
  CHECK(seed.item() == 5);

  // Through views of the sum's gradient, and of what a retained graph keeps for its next sweep.
  const Tensor x = tensor({1, 2, 3, 4}, {4}, DType::f64).requires_grad_();
  const Tensor y = tensor({5, 6, 7, 8}, {2, 2}, DType::f64).requires_grad_();
  const Tensor z = reshape(x, {2, 2}) + y;
  Tensors parts = grad(sum(z * z), {x, y}, {.retain_graph = true});
  parts[0].mutable_data<double>()[0] = 100;
  CHECK(parts[1].to_vector() == std::vector<double>{12, 16, 20, 24});
  CHECK(grad(sum(z * z), y).to_vector() == std::vector<double>{12, 16, 20, 24});
}

TEST_CASE("a sum of gradients does not change values that another gradient shares") {
  const Tensor x = tensor({1, 2, 3, 4}, {4}, DType::f64).requires_grad_();
  const Tensor y = tensor({5, 6, 7, 8}, {2, 2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor u = square(x), z = reshape(x, {2, 2}) + y;  // x gets a view of y's gradient, then u's part
  const Tensors g = grad(sum(z * z) + sum(u), {x, y});
  CHECK(g[0].to_vector() == std::vector<double>{14, 20, 26, 32});
  CHECK(g[1].to_vector() == std::vector<double>{12, 16, 20, 24});
}

TEST_CASE("a gradient of a saved operand is not that operand") {
  Tensor w = tensor({2, 3}, {2}, DType::f64);
  const Tensor x = tensor({1, 1}, {2}, DType::f64).requires_grad_();
  Tape tape;
  Tensor g = grad(sum(x * w), x);
  g.mutable_data<double>()[0] = 9;
  CHECK(w.to_vector() == std::vector<double>{2, 3});
}

TEST_CASE("a saved output that was changed through its values is refused too") {
  const Tensor x = scalar_leaf(3.0);
  Tape tape;
  const Tensor y = exp(x);
  y.detach().mutable_data<double>()[0] = 0;
  CHECK(contains(error_message([&] { grad(y, x); }), "exp: its saved output () was changed in place"));
}

TEST_CASE("a recorded gradient still reaches its grad_output") {
  const Tensor x = scalar_leaf(3), u = scalar_leaf(2);
  Tape tape;
  const Tensor g = grad(x + x, x, {.grad_output = u, .create_graph = true});  // 2 u
  CHECK(grad(g, u).item() == 2);
  const Tensor same = grad(x + 1.0, x, {.grad_output = u, .create_graph = true});  // u itself
  CHECK(grad(square(same), u).item() == 4);
}

TEST_CASE("the gradient of a gradient without create_graph says what is missing") {
  const Tensor x = scalar_leaf(3);
  Tape tape;
  const Tensor g = grad(square(x) * x, x);
  const std::string direct = error_message([&] { grad(g, x); });
  CHECK_MESSAGE(direct ==
                    "grad: y () is a gradient that was not recorded. Hint: compute it with grad(..., "
                    "{.create_graph = true})",
                direct);
  check_says(error_message([&] { backward(sum(square(g))); }), "create_graph = true");
}

/// a + 2 b + 3 c + 4 d: as many operands as a node has room for.
struct FourOperands : OwnOp<Kind::linear, kReadsNothing, kReadsNothing, kReadsNothing, kReadsNothing> {
  static constexpr const char* name = "four_operands";
  void forward(Inputs in, Tensor& out) const {
    double* y = out.mutable_data<double>();
    for (int64_t i = 0; i < out.size(); ++i) {
      y[i] = 0;
      for (int k = 0; k < 4; ++k) y[i] += (k + 1) * in[k].data<double>()[i];
    }
  }
  void vjp(Vjp& v, const Tensor& g) const {
    for (int k = 0; k < 4; ++k) v.give(k, mul(g, k + 1.0));
  }
};

TEST_CASE("every operand of an op with four gets its gradient, alone and with the others") {
  const Tensor operands[] = {scalar_leaf(1), scalar_leaf(2), scalar_leaf(3), scalar_leaf(4)};
  const Tensor plain = scalar(1, DType::f64);
  for (size_t wanted = 0; wanted < 4; ++wanted) {
    CAPTURE(wanted);
    const auto factor = static_cast<double>(wanted + 1);
    const auto operand = [&](size_t k) { return k == wanted ? square(operands[k]) : plain; };
    const Tape tape;
    const Tensor alone = apply<FourOperands>(operand(0), operand(1), operand(2), operand(3));
    CHECK(grad(alone, operands[wanted]).item() == factor * 2 * factor);
    const Tensor all = apply<FourOperands>(operands[0], operands[1], operands[2], operands[3]);
    CHECK(grad(all * all, operands[wanted]).item() == 2 * 30 * factor);
  }
}

TEST_CASE("a leaf of one number counts each of its uses and sweeps once") {
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{1, 1}}) {
    CAPTURE(shape.str());
    const Tensor w = full(shape, 3, DType::f64).requires_grad_();
    const Tape tape;
    const Tensor y = sum(w * 2.0) + sum(w * w) + sum(exp(w * 0.0)) + sum(w);
    CHECK(grad(y, w, {.retain_graph = true}).item() == 2 + 6 + 1);
    for (int sweep = 1; sweep <= 3; ++sweep) {
      backward(y, std::span(&w, 1), {.retain_graph = true});
      CHECK(w.grad().item() == 9 * sweep);
    }
  }
}

}  // namespace
}  // namespace gradzoo
