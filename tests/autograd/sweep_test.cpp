#include "autograd/sweep.h"

#include <doctest/doctest.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/random.h"
#include "support/error_message.h"
#include "support/largest_difference.h"

using namespace gradzoo;
using test::largest_difference;

namespace {

/// y = a b, whose rule gives a product of the wrong shape.
struct Misshapen {
  static constexpr const char* name = "misshapen";
  static constexpr const char* formula = "y = a b;  db = a a'";
  static constexpr int arity = 2;
  static constexpr Kind kind = Kind::bilinear;
  static constexpr int smoothness = kSmooth;
  static constexpr std::array<unsigned, 2> saves = {kReadsNothing, reads_in(0)};
  Shape shape(Inputs in) const { return {in[0].dim(0), in[1].dim(1)}; }
  void forward(Inputs, Tensor& out) const { out = zeros(out.shape(), out.dtype()); }
  void vjp(Vjp& v, const Tensor&) const { v.give_product(1, v.in(0), v.in(0), false, true); }
};

}  // namespace

TEST_CASE("A weight that is used twice gets the sum of both products, where its gradient stands") {
  Rng rng(3);
  Tensor w = randn({4, 3}, rng, DType::f64).requires_grad_();
  const Tensor buffer = zeros({4, 3}, DType::f64);
  w.set_grad_buffer(buffer);
  const Tensor a = randn({5, 3}, rng, DType::f64), b = randn({2, 4}, rng, DType::f64);
  Tape tape;
  const Tensor loss = sum(square(linear(a, w))) + sum(square(matmul(b, w))) + sum(w);
  const Tensor expected = grad(loss, w, {.retain_graph = true});
  backward(loss, {.retain_graph = true});
  CHECK(w.grad().data<double>() == buffer.data<double>());
  CHECK(largest_difference(w.grad(), expected) < 1e-13);
  CHECK(largest_difference(grad(loss, w, {.create_graph = true}), expected) < 1e-13);
  backward(loss);  // adds to what is there
  CHECK(largest_difference(w.grad(), expected * 2.0) < 1e-13);
}

TEST_CASE("A gradient that is held since the last step may be read in the next one") {
  Rng rng(5);
  const Shape shape{8, 8};
  const Tensor factor = randn(shape, rng, DType::f64), held_values = randn(shape, rng, DType::f64);
  const auto held_of = [&](Tensor& w) {  // what w.grad() was, after zero_grad
    w.zero_grad();
    Tape tape;
    backward(sum(w * held_values));
    const Tensor held = w.grad();
    w.zero_grad();
    return held;
  };
  Tensor w = randn(shape, rng, DType::f64).requires_grad_();
  const auto loss_by = [&](const Tensor& held) { return sum(matmul(held, w) * factor); };
  const Tensor once = matmul(held_values, factor, true, false);
  const auto gradient_after = [&](auto&& step) {
    const Tensor held = held_of(w);
    Tape tape;
    step(held);
    return w.grad();
  };
  CHECK(largest_difference(gradient_after([&](const Tensor& held) { backward(loss_by(held)); }), once) <
        1e-13);
  CHECK(largest_difference(gradient_after([&](const Tensor& held) {
                             backward(loss_by(held.view({64}).view(
                                 shape)));  // shares the values, is no handle of the gradient
                           }),
                           once) < 1e-13);
  CHECK(
      largest_difference(gradient_after([&](const Tensor& held) { backward(loss_by(held) + loss_by(held)); }),
                         once * 2.0) < 1e-13);
}

TEST_CASE("backward does not disturb a seed that stands in a gradient") {
  Rng rng(6);
  Tensor w = randn({8, 8}, rng, DType::f64).requires_grad_(),
         v = randn({8, 8}, rng, DType::f64).requires_grad_();
  const Tensor a = randn({8, 8}, rng, DType::f64), values = randn({8, 8}, rng, DType::f64);
  const auto gradients_by = [&](bool zero_first) {
    Tape tape;
    w.set_grad_buffer(empty({8, 8}, DType::f64));
    v.zero_grad();
    backward(sum(w * values));
    const Tensor seed = w.grad().view({64}).view({8, 8});
    if (zero_first) w.zero_grad();
    backward(matmul(a, w) + tanh(matmul(v, w)) + v, {.grad_output = seed});
    return std::pair{w.grad().clone(), v.grad().clone()};
  };
  const Tensor bent = values * (1.0 - square(tanh(matmul(v, w))));
  const Tensor by_w = matmul(a, values, true, false) + matmul(v, bent, true, false);
  const Tensor by_v = matmul(bent, w, false, true) + values;
  for (const bool zero_first : {true, false}) {
    const auto [of_w, of_v] = gradients_by(zero_first);
    CHECK(largest_difference(of_w, zero_first ? by_w : by_w + values) < 1e-13);
    CHECK(largest_difference(of_v, by_v) < 1e-13);
  }
}

TEST_CASE("A sweep that fails after the first product leaves the gradient empty") {
  Rng rng(4);
  Tensor w = randn({2, 2}, rng, DType::f64).requires_grad_();
  w.set_grad_buffer(zeros({2, 2}, DType::f64));
  Tensor early = randn({2, 2}, rng, DType::f64);
  Tape tape;
  const Tensor loss =
      sum(matmul(w * early, w));  // the product's gradient comes first, then the early factor's
  early.mutable_data<double>()[0] = 1;
  CHECK(test::contains(test::error_message([&] { backward(loss); }), "was changed in place"));
  CHECK(!w.grad().defined());
}

TEST_CASE("A product of the wrong shape is refused like any other gradient") {
  const Tensor a = ones({2, 3}, DType::f64);
  Tensor b = ones({3, 4}, DType::f64).requires_grad_();
  b.set_grad_buffer(zeros({3, 4}, DType::f64));
  Tape tape;
  const Tensor y = sum(apply<Misshapen>(a, b));
  CHECK(test::contains(test::error_message([&] { backward(y); }), "misshapen"));
}
