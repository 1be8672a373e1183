// Derivatives of functions of several tensors.
#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/largest_difference.h"

namespace gradzoo {
using namespace test;
namespace {

using Span = std::span<const Tensor>;

Tensor values_of(const Doubles& values, const Shape& shape) { return tensor(values, shape, DType::f64); }

// x (2), y (3), of one tensor (5): the two in a row.
struct Split {
  Tensor x = values_of({0.4, -1.1}, {2}), y = values_of({0.7, 1.3, -0.2}, {3});
  Tensor v = values_of({0.3, 2}, {2}), w = values_of({-1, 0.5, 0.25}, {3});
  Tensor both = concat(x, y, 0), along = concat(v, w, 0);

  // Mixes all of x with all of y.
  static Tensor f(const Tensor& x, const Tensor& y) { return sin(sum(x)) * exp(y) + square(y) * sum(exp(x)); }
  static Tensor of_two(Span xs) { return f(xs[0], xs[1]); }
  static Tensor of_one(const Tensor& t) { return f(slice(t, 0, 0, 2), slice(t, 0, 2, 5)); }
  static Tensor scalar_of_two(Span xs) { return sum(of_two(xs)); }
  static Tensor scalar_of_one(const Tensor& t) { return sum(of_one(t)); }
};

}  // namespace

TEST_CASE("derivatives in several tensors are those in one that holds them all") {
  const Split s;
  const Tensor u = values_of({1, -2, 0.5}, {3});
  const Tensors pulled = vjp(Split::of_two, {s.x, s.y}, u);
  CHECK(largest_difference(concat(pulled, 0), vjp(Split::of_one, s.both, u)) < 1e-14);
  CHECK(largest_difference(jvp(Split::of_two, {s.x, s.y}, {s.v, s.w}), jvp(Split::of_one, s.both, s.along)) <
        1e-14);
  const Tensors hv = hvp(Split::scalar_of_two, {s.x, s.y}, {s.v, s.w});
  CHECK(hv[0].shape() == Shape{2});
  CHECK(largest_difference(concat(hv, 0), hvp(Split::scalar_of_one, s.both, s.along)) < 1e-14);
  const Tensors j = jacobian(Split::of_two, {s.x, s.y});
  CHECK(j[0].shape() == Shape{3, 2});
  CHECK(j[1].shape() == Shape{3, 3});
  CHECK(largest_difference(concat(j, 1), jacobian(Split::of_one, s.both)) < 1e-14);
  const std::vector<Tensors> h = hessian(Split::scalar_of_two, {s.x, s.y});
  CHECK(h[0][1].shape() == Shape{2, 3});
  CHECK(largest_difference(concat(concat(h[0], 1), concat(h[1], 1), 0),
                           hessian(Split::scalar_of_one, s.both)) < 1e-14);
}

TEST_CASE("x'Ay has A y and A'x for gradients, and A for its mixed second derivatives") {
  const Tensor a = values_of({1, 2, 3, 4, 5, 6}, {2, 3}), x = values_of({1, -1}, {2}),
               y = values_of({2, 0, 1}, {3});
  const auto f = [&](Span xs) { return einsum("i,ij,j->", {xs[0], a, xs[1]}); };
  const Tensors gradient = jacobian(f, {x, y});
  CHECK(gradient[0].to_vector() == Doubles{5, 14});
  CHECK(gradient[1].to_vector() == Doubles{-3, -3, -3});
  const std::vector<Tensors> h = hessian(f, {x, y});
  CHECK(largest_difference(h[0][0], zeros({2, 2}, DType::f64)) == 0);
  CHECK(largest_difference(h[0][1], a) == 0);
  CHECK(largest_difference(h[1][0], transpose(a)) == 0);
  CHECK(largest_difference(h[1][1], zeros({3, 3}, DType::f64)) == 0);
  const Tensors hv = hvp(f, {x, y}, {values_of({1, 1}, {2}), values_of({1, 0, 0}, {3})});
  CHECK(hv[0].to_vector() == Doubles{1, 4});
  CHECK(hv[1].to_vector() == Doubles{5, 7, 9});
}

TEST_CASE("shapes of outputs and inputs stand one behind the other, matrices and scalars too") {
  const Tensor m = values_of({1, 2, 3, 4}, {2, 2}), c = values_of({3}, {});
  const auto f = [](Span xs) { return matmul(xs[0], xs[0]) * xs[1]; };
  const Tensors j = jacobian(f, {m, c});
  CHECK(j[0].shape() == Shape{2, 2, 2, 2});
  CHECK(j[1].shape() == Shape{2, 2});
  CHECK(largest_difference(j[1], matmul(m, m)) < 1e-14);
}

TEST_CASE("what f does not read has derivatives of 0, of its shape") {
  const Split s;
  const auto f = [](Span xs) { return square(xs[0]); };
  const Tensors j = jacobian(f, {s.x, s.y});
  CHECK(largest_difference(j[1], zeros({2, 3}, DType::f64)) == 0);
  const auto g = [](Span xs) { return sum(square(xs[0])); };
  CHECK(largest_difference(hvp(g, {s.x, s.y}, {s.v, s.w})[1], zeros({3}, DType::f64)) == 0);
  const auto constant = [](Span) { return ones({2}, DType::f64); };
  CHECK(largest_difference(jvp(constant, {s.x, s.y}, {s.v, s.w}), zeros({2}, DType::f64)) == 0);
  CHECK(largest_difference(vjp(constant, {s.x, s.y}, ones({2}, DType::f64))[1], zeros({3}, DType::f64)) == 0);
}

TEST_CASE("one tensor twice is two inputs") {
  const Tensor x = values_of({2, 5}, {2});
  const auto f = [](Span xs) { return xs[0] * square(xs[1]); };
  const Tensors g = vjp(f, {x, x}, ones({2}, DType::f64));
  CHECK(g[0].to_vector() == Doubles{4, 25});
  CHECK(g[1].to_vector() == Doubles{8, 50});
}

TEST_CASE("under create_graph each can be differentiated again, in every input") {
  Tensor x = values_of({0.3, -0.8}, {2}).requires_grad_(), y = values_of({1.5, 2}, {2}).requires_grad_();
  const Tensor e = ones({2}, DType::f64);
  const auto f = [](Span xs) { return sum(pow(xs[0], 3.0) * square(xs[1])); };
  Tape tape;
  const FunctionalOptions recorded{.create_graph = true};
  // H (e, e) in y: 6 x^2 y + 2 x^3; its derivative in x: 12 x y + 6 x^2, in y: 6 x^2
  const Tensors h = hvp(f, {x, y}, {e, e}, recorded);
  const Tensors third = grad(sum(h[1]), {x, y}, {.retain_graph = true});
  CHECK(largest_difference(third[0], x * y * 12.0 + square(x) * 6.0) < 1e-13);
  CHECK(largest_difference(third[1], square(x) * 6.0) < 1e-13);
  // J along (e, e): 3 x^2 y^2 + 2 x^3 y, summed; its derivative in x: 6 x y^2 + 6 x^2 y
  const Tensor j = jvp(f, {x, y}, {e, e}, recorded);
  CHECK(largest_difference(grad(j, x, {.retain_graph = true}), x * square(y) * 6.0 + square(x) * y * 6.0) <
        1e-13);
  const std::vector<Tensors> blocks = hessian(f, {x, y}, recorded);
  // the sum of d2f / dx dy = 6 x^2 y, in y
  CHECK(largest_difference(grad(sum(blocks[0][1]), y, {.retain_graph = true}), square(x) * 6.0) < 1e-13);
  CHECK(is_recording());
}

TEST_CASE("inputs and directions that do not fit are refused with a sentence") {
  const Split s;
  CHECK_THROWS_WITH_AS(jvp(Split::of_two, {s.x, s.y}, {s.v}),
                       "jvp: 1 directions for 2 inputs. Hint: pass one per input", Error);
  CHECK_THROWS_WITH_AS(hvp(Split::scalar_of_two, {s.x, s.y}, {s.v, s.v}),
                       "hvp: the direction is (2), but input 1 is (3). Hint: they must agree", Error);
  CHECK(contains(error_message([&] { vjp(Split::of_two, {s.x, s.y}, s.v); }), "but f(xs) is (3)"));
  CHECK(contains(error_message([&] { hvp(Split::of_two, {s.x, s.y}, {s.v, s.w}); }), "f(x) has shape (3)"));
  CHECK(contains(error_message([&] { jacobian(Split::of_two, Span{}); }), "pass at least one"));
}

}  // namespace gradzoo
