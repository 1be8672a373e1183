
#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/row_network.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kRows = 4, kDims = 3, kDirections = 2;

Tensor normal(const Shape& shape, uint64_t seed) {
  Rng rng(seed);
  return randn(shape, rng, DType::f64);
}

/// logsumexp has no forward rule, so that sweeps must do.
Tensor without_rules(const RowNetwork& f, const Tensor& x) { return f(x) + logsumexp(x * 0.5, 1); }

/// sum_k v_k' H v_k of row b, from all of the row's Hessian.
double curvature(TensorFn f, const Tensor& x, const Tensor& directions, int64_t b) {
  const Tensor h = hessian(
      [&](const Tensor& row) {
        return f(reshape(row, {1, kDims}));
      },
      reshape(x.rows(b, b + 1), {kDims}));
  double total = 0;
  for (int64_t k = 0; k < directions.dim(0); ++k) {
    const Tensor v = reshape(slice(slice(directions, 0, k, k + 1), 1, b, b + 1), {kDims, 1});
    total += matmul(reshape(v, {1, kDims}), matmul(h, v)).item();
  }
  return total;
}

void check_against_hessian(TensorFn f) {
  const Tensor x = normal({kRows, kDims}, 2), v = normal({kDirections, kRows, kDims}, 3);
  const DirectionalDerivatives found = directional_derivatives(f, x, v, {.gradient = true});
  CHECK(largest_difference(found.value, f(x)) == 0);
  const Tensor gradient = vjp(f, x, ones({kRows}, DType::f64));
  CHECK(largest_difference(found.gradient, gradient) < 1e-13);
  CHECK(largest_difference(found.first, sum(v * reshape(gradient, {1, kRows, kDims}), 2)) < 1e-12);
  const std::vector<double> second = found.second.to_vector();
  for (int64_t b = 0; b < kRows; ++b)
    CHECK(second[static_cast<size_t>(b)] == approx(curvature(f, x, v, b)).epsilon(1e-11));
}

TEST_CASE("derivatives along directions are v'grad f and v'Hv, forward and by sweeps") {
  const RowNetwork net(kDims);
  check_against_hessian(net);
  check_against_hessian([&](const Tensor& x) { return without_rules(net, x); });
}

TEST_CASE("along the axes, the same for all rows, the second derivatives add to the Laplacian") {
  const RowNetwork net(kDims);
  const Tensor x = normal({kRows, kDims}, 4);
  const Tensor axes = reshape(eye(kDims, DType::f64), {kDims, 1, kDims});
  const DirectionalDerivatives found =
      directional_derivatives(net, x, broadcast_to(axes, {kDims, kRows, kDims}));
  CHECK(largest_difference(found.second, laplacian(net, x)) < 1e-12);
  CHECK_FALSE(found.gradient.defined());
}

TEST_CASE("one direction of what is linear in parts, or does not read x, bends only where that bends") {
  const Tensor x = normal({kRows, kDims}, 5), v = normal({1, kRows, kDims}, 6);
  const Tensor a = normal({kDims, 1}, 7);
  const auto linear_part = [&](const Tensor& points) { return reshape(matmul(points, a), {kRows}); };
  const DirectionalDerivatives flat = directional_derivatives(linear_part, x, v);
  CHECK(largest_difference(flat.first, reshape(matmul(reshape(v, x.shape()), a), {1, kRows})) < 1e-14);
  CHECK(largest_difference(flat.second, zeros({kRows}, DType::f64)) == 0);

  const auto both = [&](const Tensor& points) { return linear_part(points) + sum(square(points), 1); };
  const DirectionalDerivatives bent = directional_derivatives(both, x, v);
  CHECK(largest_difference(bent.second, reshape(sum(square(v), 2), {kRows}) * 2.0) < 1e-13);

  const auto constant = [&](const Tensor&) { return ones({kRows}, DType::f64); };
  const DirectionalDerivatives none = directional_derivatives(constant, x, v, {.gradient = true});
  CHECK(largest_difference(none.first, zeros({1, kRows}, DType::f64)) == 0);
  CHECK(largest_difference(none.second, zeros({kRows}, DType::f64)) == 0);
  CHECK(largest_difference(none.gradient, zeros_like(x)) == 0);
}

TEST_CASE("forward and by sweeps they have the same gradients, by parameters and by x") {
  RowNetwork net(kDims);
  const Tensor x = normal({kRows, kDims}, 8), v = normal({kDirections, kRows, kDims}, 9);
  const auto gradients = [&](TensorFn f) {
    Tape tape;
    const Tensor at = x.clone().requires_grad_();
    const DirectionalDerivatives found =
        directional_derivatives(f, at, v, {.create_graph = true, .gradient = true});
    const Tensor loss = sum(found.second) + sum(square(found.first)) + sum(square(found.gradient)) * 0.5;
    const Tensor wanted[] = {at, net.w1, net.b1, net.w2, net.w3};
    return grad(loss, wanted);
  };
  const Tensors forward = gradients(net);
  // The same function, by an op without a rule that adds log 1 = 0.
  const Tensors sweeps = gradients([&](const Tensor& points) {
    return net(points) + logsumexp(reshape(sum(points, 1) * 0.0, {kRows, 1}), 1);
  });
  for (size_t i = 0; i < forward.size(); ++i) CHECK(largest_difference(forward[i], sweeps[i]) < 1e-10);
}

TEST_CASE("directions that do not fit, and kinks, are refused with a sentence") {
  const RowNetwork net(kDims);
  const Tensor x = normal({kRows, kDims}, 10);
  const auto along = [&](const Tensor& directions) {
    return error_message([&] { directional_derivatives(net, x, directions); });
  };
  CHECK(contains(along(normal({kRows, kDims}, 1)), "Hint: pass (K,B,d)"));
  CHECK(contains(along(normal({1, kRows, kDims + 1}, 1)), "Hint: pass (K,B,d)"));
  CHECK(contains(along(zeros({0, kRows, kDims}, DType::f64)), "K at least 1"));
  const auto kinked = [](const Tensor& points) { return sum(relu(points), 1); };
  const Tensor v = normal({1, kRows, kDims}, 11);
  CHECK(contains(error_message([&] { directional_derivatives(kinked, x, v); }), "has a kink"));
  const DirectionalDerivatives allowed = directional_derivatives(kinked, x, v, {.allow_kinks = true});
  CHECK(largest_difference(allowed.second, zeros({kRows}, DType::f64)) == 0);
}

}  // namespace
}  // namespace gradzoo
