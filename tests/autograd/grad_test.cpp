#include "gradzoo/autograd/grad.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor leaf(double value) { return scalar(value, DType::f64).requires_grad_(); }

TEST_CASE("the n-th derivative of sin, by repeated grad, cycles through cos, -sin, -cos, sin") {
  const Tensor x = leaf(0.7);
  Tape tape;
  Tensor y = sin(x);
  const double expected[] = {std::cos(0.7), -std::sin(0.7), -std::cos(0.7),
                             std::sin(0.7), std::cos(0.7),  -std::sin(0.7)};
  for (double value : expected) {
    y = grad(y, x, {.create_graph = true});
    CHECK(y.item() == approx(value).epsilon(1e-14));
  }
}

TEST_CASE("a gradient penalty has the gradient that its closed form says") {
  // y = sum (w x)^2 / 2, dy/dw = w x^2, penalty = sum (w x^2)^2, d penalty / dw = 2 w x^4
  const Tensor w = tensor({1, -2, 3}, {3}, DType::f64).requires_grad_();
  const Tensor x = tensor({0.5, 2, -1}, {3}, DType::f64);
  Tape tape;
  const Tensor g = grad(sum(square(w * x)) * 0.5, w, {.create_graph = true});
  backward(sum(square(g)));
  const Doubles gw = w.grad().to_vector();
  for (size_t i = 0; i < 3; ++i) {
    const double wi = w.to_vector()[i], xi = x.to_vector()[i];
    CHECK(gw[i] == approx(2 * wi * std::pow(xi, 4)));
  }
}

TEST_CASE("doubling forty times, b = a + a, has gradient 2^40 and takes forty steps") {
  const Tensor x = leaf(1.0);
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 40; ++i) y = y + y;
  CHECK(tape.size() == 41);
  CHECK(grad(y, x).item() == std::pow(2.0, 40));
}

TEST_CASE("a chain of a million ops is swept without recursion") {
  const Tensor x = leaf(1.0);
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 1000000; ++i) y = y + 1e-6;
  CHECK(y.item() == approx(2.0));
  CHECK(grad(y, x).item() == 1.0);
}

TEST_CASE("backward accumulates into grad, into the same buffer, until zero_grad") {
  Tensor w = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor loss = sum(square(w));
  backward(loss, {.retain_graph = true});
  const double* buffer = w.grad().data<double>();
  CHECK(w.grad().to_vector() == Doubles{2, 4});
  backward(loss, {.retain_graph = true});
  CHECK(w.grad().to_vector() == Doubles{4, 8});
  w.zero_grad();
  CHECK_FALSE(w.grad().defined());
  backward(loss);
  CHECK(w.grad().to_vector() == Doubles{2, 4});
  CHECK(w.grad().data<double>() == buffer);
  CHECK_FALSE(w.grad().requires_grad());
}

TEST_CASE("two sweeps over one graph never mix: the second does not read the first's gradients") {
  const Tensor x = leaf(3.0);
  Tape tape;
  const Tensor y = x * x;
  const Tensor first = grad(y, x, {.create_graph = true});
  const Tensor second = grad(y, x, {.create_graph = true});
  CHECK(first.item() == 6.0);
  CHECK(second.item() == 6.0);
  CHECK(grad(first + second, x).item() == 4.0);
}

TEST_CASE("gradients of results in the middle of the graph") {
  const Tensor x = leaf(2.0);
  Tape tape;
  const Tensor h = x * x;
  const Tensor y = h * h;
  const Tensor wanted[] = {h, x, y};
  const Tensors g = grad(y, wanted);
  CHECK(g[0].item() == 8.0);
  CHECK(g[1].item() == 32.0);
  CHECK(g[2].item() == 1.0);
}

TEST_CASE("an input named twice gets its whole gradient twice") {
  const Tensor x = leaf(2.0);
  Tape tape;
  const Tensor wanted[] = {x, x};
  const Tensors g = grad(x * x, wanted);
  CHECK(g[0].item() == 4.0);
  CHECK(g[1].item() == 4.0);
}

TEST_CASE("a leaf that backward is given twice has its gradient written once, wherever it was computed") {
  Rng rng(1, "test");
  Tensor w = randn({3, 4}, rng, DType::f64).requires_grad_();
  const Tensor x = randn({2, 3}, rng, DType::f64);
  Tape tape;
  const Tensor y = matmul(x, w);
  backward(sum(square(y)), {w}, {.retain_graph = true});
  const Doubles once = w.grad().to_vector();
  for (const bool squared : {true, false}) {
    w.zero_grad();
    backward(squared ? sum(square(y)) : sum(y * y.detach()) * 2.0, {w, w}, {.retain_graph = true});
    CHECK(w.grad().to_vector() == once);
  }
  backward(sum(square(y)), {w, w});
  for (size_t i = 0; i < once.size(); ++i) CHECK(w.grad().to_vector()[i] == approx(2 * once[i]));
}

TEST_CASE("a product that is added to a gradient leaves another's alone, though one rule gave both") {
  Rng rng(1, "test");
  const Tensor x = randn({2, 3}, rng, DType::f64), c = randn({3, 4}, rng, DType::f64);
  const Tensor w = randn({3, 4}, rng, DType::f64).requires_grad_(),
               u = randn({3, 4}, rng, DType::f64).requires_grad_();
  Tape tape;
  const Tensor product = sum(matmul(x, w));
  const Tensor wanted[] = {w, u};
  const Tensors g = grad(product + sum((w + u) * c), wanted);
  CHECK(g[1].to_vector() == c.to_vector());
  const Doubles by_product = broadcast_to(reshape(sum(x, 0), {3, 1}), {3, 4}).to_vector();
  for (size_t i = 0; i < 12; ++i) CHECK(g[0].to_vector()[i] == approx(c.to_vector()[i] + by_product[i]));
}

TEST_CASE("what y does not reach has gradient zero, or is an error where that is asked for") {
  const Tensor x = leaf(2.0);
  Tensor unused = tensor({1, 2}, {2}, DType::f64).requires_grad_().named("unused");
  Tape tape;
  const Tensor y = square(x);
  CHECK(grad(y, unused, {.retain_graph = true}).to_vector() == Doubles{0, 0});
  CHECK(contains(error_message([&] { grad(y, unused, {.allow_unused = false}); }),
                 "does not depend on input 0 unused(2)"));
  const Tensor params[] = {x, unused};
  backward(y, params);
  CHECK(unused.grad().to_vector() == Doubles{0, 0});
}

TEST_CASE("an inner tape sees outer nodes, and its end forgets its own alone") {
  const Tensor x = leaf(3.0);
  Tape outer;
  const Tensor h = square(x);
  {
    Tape inner;
    CHECK(grad(h * h, x, {.create_graph = true}).item() == approx(4 * 27));
    CHECK(outer.size() > 2);
  }
  CHECK(outer.size() == 2);
  CHECK(grad(h, x).item() == 6.0);
}

TEST_CASE("a sweep inside an inner tape does not release what the outer tape saved") {
  const Tensor x = leaf(3.0);
  Tape outer;
  const Tensor h = square(x);
  {
    Tape inner;
    CHECK(grad(h + 1.0, x).item() == 6.0);
  }
  CHECK(grad(h, x).item() == 6.0);
}

TEST_CASE("nothing is recorded under NoGrad, and a tape inside it records again") {
  const Tensor x = leaf(3.0);
  Tape tape;
  {
    NoGrad quiet;
    CHECK_FALSE(square(x).requires_grad());
    Tape loud;
    CHECK(grad(square(x), x).item() == 6.0);
  }
  CHECK(tape.size() == 0);
}

TEST_CASE("a leaf is registered again when the scope that first used it has ended") {
  const Tensor x = leaf(3.0);
  for (int i = 0; i < 3; ++i) {
    Tape tape;
    CHECK(grad(square(x), x).item() == 6.0);
  }
}

TEST_CASE("each misuse of the tape is one sentence with a hint") {
  Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_().named("x");
  Tensor gone;
  {
    Tape tape;
    gone = square(x);
  }
  CHECK(gone.to_vector() == Doubles{1, 4});
  CHECK(square(gone).to_vector() == Doubles{1, 16});  // an ordinary value while nothing records

  Tape tape;
  const Tensor y = square(x);
  CHECK(
      contains(error_message([&] { grad(y, x); }),
               "of shape (2): grad can be implicitly created only for scalar outputs. Hint: sum it, or pass "
               "grad_output"));
  CHECK(contains(error_message([&] { square(gone); }), "its history is gone. Hint: detach()"));
  CHECK(contains(error_message([&] { grad(sum(gone.detach()), x); }),
                 "does not require grad: it was never recorded. Hint: compute it under a Tape"));
  CHECK(contains(error_message([&] { grad(sum(y), ones({2}, DType::f64)); }),
                 "was never recorded. Hint: first call requires_grad_()"));
  CHECK(contains(error_message([&] { x + ones({2}); }),
                 "add: operands of two dtypes, f64 (2) and f32 (2). Hint: cast"));
  CHECK(contains(error_message([&] { zeros({2}, DType::i64) + zeros({2}, DType::i64); }),
                 "holds i64, which takes no part in arithmetic"));
  CHECK(contains(error_message([&] { zeros({2}, DType::u8).requires_grad_(); }),
                 "is u8, which has no gradient"));
  Tensor result = y;
  CHECK(contains(error_message([&] { result.mutable_data<double>(); }),
                 "is a recorded result. Hint: clone() or detach()"));
  const Tensor loss = sum(y);
  grad(loss, x);
  CHECK(contains(
      error_message([&] { grad(loss, x); }),
      "trying to backward through the graph a second time, but its saved tensors were released by an "
      "earlier sweep. Hint: set retain_graph = true"));
}

TEST_CASE("a saved value that was changed in place is named with its op") {
  Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_().named("weights");
  Tape tape;
  const Tensor y = sum(square(x));
  x.mutable_data<double>()[0] = 5;
  check_says(error_message([&] { grad(y, x); }), {"square: its saved input 0 weights(2) was changed in place",
                                                  "Hint: clone() it before the change"});
}

TEST_CASE("a value that no gradient reads may be changed in place") {
  Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = sum(x * 3.0);
  x.mutable_data<double>()[0] = 5;
  CHECK(grad(y, x).to_vector() == Doubles{3, 3});
}

TEST_CASE("a change through a view of the same storage counts too") {
  Tensor x = tensor({1, 2, 3, 4}, {4}, DType::f64).requires_grad_();
  Tensor view = x.detach();
  Tape tape;
  const Tensor y = sum(square(x));
  view.mutable_data<double>()[3] = 0;
  CHECK(contains(error_message([&] { grad(y, x); }), "changed in place"));
}

TEST_CASE("an error in a sweep leaves the tape as it was") {
  const Tensor x = leaf(3.0);
  Tape tape;
  const Tensor y = square(x);
  CHECK_THROWS_AS(grad(y, x, {.grad_output = ones({3}, DType::f64)}), Error);
  CHECK(is_recording());
  CHECK(grad(y, x).item() == 6.0);
}

TEST_CASE("detach cuts the history and shares the values") {
  const Tensor x = leaf(3.0);
  Tape tape;
  const Tensor h = square(x);
  CHECK(grad(h.detach() * x, x).item() == 9.0);
  CHECK(h.detach().data<double>() == h.data<double>());
}

}  // namespace
}  // namespace gradzoo
