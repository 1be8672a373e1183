#include "autograd/functional/forward_rules.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/largest_difference.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor points() {
  Rng rng(1);
  return randn({3, 4}, rng, DType::f64);
}

// sum u^4 of a row, through six axes.
Tensor by_six_axes(const Tensor& u) {
  const Tensor r = reshape(u, {u.dim(0), 1, 1, 2, 1, 2});
  return reshape(sum(sum(square(square(r)), 5), 3), {u.dim(0)});
}

// u_0^3 of a row, taken out of the batch as one vector.
Tensor by_flat_index(const Tensor& u) {
  std::vector<double> places;
  for (int64_t row = 0; row < u.dim(0); ++row) places.push_back(static_cast<double>(u.dim(1) * row));
  return index_select(reshape(u * u * u, {u.size()}), 0, tensor(places, {u.dim(0)}, DType::i64));
}

// sum 3 u^2, as the divergence of u^3.
Tensor by_divergence(const Tensor& u) {
  return divergence([](const Tensor& v) { return v * v * v; }, u, {.create_graph = true});
}

struct Case {
  Tensor (*f)(const Tensor&);
  Tensor (*laplacian)(const Tensor&);
  bool has_forward_rules;
};

const Case kCases[] = {
    {by_six_axes, [](const Tensor& x) { return sum(square(x), 1) * 12.0; }, false},
    {by_flat_index, [](const Tensor& x) { return reshape(slice(x, 1, 0, 1), {x.dim(0)}) * 6.0; }, true},
    {by_divergence, [](const Tensor& x) { return full({x.dim(0)}, 24, x.dtype()); }, true},
};

TEST_CASE("automatic finds a Laplacian wherever reverse does; forward says why it cannot") {
  const Tensor x = points().requires_grad_();
  for (const Case& c : kCases)
    for (const bool create_graph : {false, true}) {
      CAPTURE(create_graph);
      Tape tape;
      for (const TraceMethod method : {TraceMethod::automatic, TraceMethod::reverse}) {
        const Tensor found = laplacian(c.f, x, {.method = method, .create_graph = create_graph});
        CHECK(largest_difference(found, c.laplacian(x)) < 1e-12);
      }
      const auto forward = [&] {
        return laplacian(c.f, x, {.method = TraceMethod::forward, .create_graph = create_graph});
      };
      if (c.has_forward_rules) {
        CHECK(largest_difference(forward(), c.laplacian(x)) < 1e-12);
      } else {
        check_says(error_message(forward), "Hint");
      }
    }
}

TEST_CASE("directional derivatives, too, fall back on sweeps") {
  const Tensor x = points(), directions = ones({1, 3, 4}, DType::f64);
  for (const Case& c : kCases) {
    const DirectionalDerivatives found = directional_derivatives(c.f, x, directions, {.gradient = true});
    const Tensor h = hessian([&](const Tensor& u) { return sum(c.f(u)); }, x);  // (3,4,3,4), rows apart
    CHECK(largest_difference(sum(found.second), sum(h)) < 1e-11);
    CHECK(largest_difference(sum(found.gradient, 1), reshape(found.first, {3})) < 1e-12);
  }
}

TEST_CASE("an error of the function itself is not taken for a missing rule") {
  const auto wrong = [](const Tensor& u) { return sum(u, 5); };
  CHECK(contains(error_message([&] { laplacian(wrong, points()); }), "sum"));
}

}  // namespace
}  // namespace gradzoo
