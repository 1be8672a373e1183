// What a function captures, and functions that hand their argument back.
#include <array>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/largest_difference.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr std::array kMethods = {TraceMethod::automatic, TraceMethod::reverse, TraceMethod::forward};

Tensor f64(const Doubles& values, const Shape& shape) { return tensor(values, shape, DType::f64); }

// z = x^2 was computed from the tensor at which the functionals are asked: s(u) = sum u z is linear in u.
struct Captured {
  Tensor x = f64({3, -2}, {2}).requires_grad_();
  Tape tape;
  Tensor z = square(x);
  Tensor s(const Tensor& u) const { return sum(u * z); }
  Tensor field(const Tensor& u) const { return square(u) * z; }
};

TEST_CASE("functionals differentiate in their argument alone, recorded or not") {
  const Captured c;
  const auto s = [&](const Tensor& u) { return c.s(u); };
  const auto field = [&](const Tensor& u) { return c.field(u); };
  const Tensor v = f64({0.5, 2}, {2});
  for (const bool create_graph : {false, true}) {
    CAPTURE(create_graph);
    const FunctionalOptions options{create_graph};
    CHECK(largest_difference(hessian(s, c.x, options), zeros({2, 2}, DType::f64)) == 0);
    CHECK(largest_difference(hvp(s, c.x, v, options), zeros({2}, DType::f64)) == 0);
    CHECK(largest_difference(vjp(s, c.x, scalar(1, DType::f64), options), c.z) == 0);
    CHECK(jvp(s, c.x, v, options).item() == 0.5 * 9 + 2 * 4);
    // d (u^2 z)_i / du_i = 2 u z = 2 x^3
    CHECK(largest_difference(jacobian(field, c.x, options), f64({54, 0, 0, -16}, {2, 2})) == 0);
  }
}

TEST_CASE("what a recorded functional gives depends on what the function captured, too") {
  const Captured c;
  const Tensor g =
      vjp([&](const Tensor& u) { return c.s(u); }, c.x, scalar(1, DType::f64), {.create_graph = true});
  CHECK(largest_difference(grad(sum(g), c.x, {.retain_graph = true}), c.x * 2.0) == 0);  // g = x^2
  const Tensor j = jacobian([&](const Tensor& u) { return c.field(u); }, c.x, {.create_graph = true});
  CHECK(largest_difference(grad(sum(j), c.x, {.create_graph = true}), square(c.x) * 6.0) == 0);  // 2 x^3
}

TEST_CASE("traces differentiate in their argument alone, by every method") {
  const Tensor x = f64({1, 2, -1, 0.5, 3, 2}, {3, 2}).requires_grad_();
  Tape tape;
  const Tensor z = square(reshape(slice(x, 0, 0, 1), {2}));  // of the first row; all rows share it
  const auto energy = [&](const Tensor& u) { return sum(square(u) * z, 1); };  // Laplacian 2 sum z
  const auto field = [&](const Tensor& u) { return u * z; };                   // divergence sum z
  const Tensor by_rows = full({3}, 1 + 4, DType::f64), by_x = f64({2 * 3 * 1, 2 * 3 * 2, 0, 0, 0, 0}, {3, 2});
  for (const TraceMethod method : kMethods)
    for (const bool create_graph : {false, true}) {
      CAPTURE(static_cast<int>(method));
      CAPTURE(create_graph);
      const TraceOptions options{.method = method, .create_graph = create_graph};
      const Tensor trace = laplacian(energy, x, options), div = divergence(field, x, options);
      CHECK(largest_difference(trace, by_rows * 2.0) < 1e-14);
      CHECK(largest_difference(div, by_rows) < 1e-14);
      if (!create_graph) continue;
      CHECK(largest_difference(grad(sum(trace), x, {.retain_graph = true}), by_x * 2.0) < 1e-13);
      CHECK(largest_difference(grad(sum(div), x, {.retain_graph = true}), by_x) < 1e-13);
    }
  const Tensor directions = ones({1, 3, 2}, DType::f64);
  const DirectionalDerivatives along = directional_derivatives(energy, x, directions, {.create_graph = true});
  CHECK(largest_difference(along.second, by_rows * 2.0) < 1e-14);
}

TEST_CASE("the divergence of the identity is the dimension") {
  const Tensor x = f64({1, 2, 3, 4, 5, 6}, {2, 3});
  const auto identity = [](const Tensor& u) { return u; };
  for (const TraceMethod method : kMethods) {
    CAPTURE(static_cast<int>(method));
    CHECK(divergence(identity, x, {.method = method}).to_vector() == Doubles{3, 3});
  }
  CHECK(largest_difference(jacobian(identity, f64({7, 8}, {2})), eye(2, DType::f64)) == 0);
  CHECK(largest_difference(jvp(identity, f64({7, 8}, {2}), f64({1, -1}, {2})), f64({1, -1}, {2})) == 0);
}

TEST_CASE("a function that gives only what it captured has no derivative in its argument") {
  const Captured c;
  const auto constant = [&](const Tensor&) { return sum(c.z); };
  CHECK(largest_difference(hessian(constant, c.x, {.create_graph = true}), zeros({2, 2}, DType::f64)) == 0);
  CHECK(largest_difference(jacobian(constant, c.x, {.create_graph = true}), zeros({2}, DType::f64)) == 0);
}

}  // namespace
}  // namespace gradzoo
