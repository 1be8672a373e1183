#include "gradzoo/autograd/functional/functional.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/row_network.h"

namespace gradzoo {
using namespace test;
namespace {

using Network = RowNetwork;

Tensor symmetric(int64_t d, Rng& rng) {
  const Tensor a = randn({d, d}, rng, DType::f64);
  return a + transpose(a);
}

TEST_CASE("the Hessian of x'Ax/2 is A, its hvp is Av, and its Laplacian is tr A") {
  Rng rng(3);
  const Tensor a = symmetric(4, rng);
  const auto quadratic = [&](const Tensor& x) {
    return sum(x * reshape(matmul(a, reshape(x, {4, 1})), {4})) * 0.5;
  };
  const Tensor x = randn({4}, rng, DType::f64), v = randn({4}, rng, DType::f64);
  CHECK(largest_difference(hessian(quadratic, x), a) < 1e-13);
  CHECK(largest_difference(hvp(quadratic, x, v), reshape(matmul(a, reshape(v, {4, 1})), {4})) < 1e-13);

  const auto rows = [&](const Tensor& points) { return sum(points * matmul(points, a), 1) * 0.5; };
  const Tensor points = randn({6, 4}, rng, DType::f64);
  double trace = 0;
  for (size_t i = 0; i < 4; ++i) trace += a.to_vector()[5 * i];
  for (TraceMethod method : {TraceMethod::automatic, TraceMethod::reverse, TraceMethod::forward})
    for (double value : laplacian(rows, points, {.method = method}).to_vector())
      CHECK(value == approx(trace).epsilon(1e-12));
}

TEST_CASE("jvp, vjp and the full Jacobian agree: u'(Jv) = (u'J)v") {
  Rng rng(4);
  const Tensor a = randn({3, 5}, rng, DType::f64);
  const auto f = [&](const Tensor& x) { return sin(linear(x, a)) * exp(slice(x, 0, 0, 3)); };
  const Tensor x = randn({5}, rng, DType::f64), v = randn({5}, rng, DType::f64),
               u = randn({3}, rng, DType::f64);
  const Tensor j = jacobian(f, x);
  CHECK(j.shape() == Shape{3, 5});
  CHECK(largest_difference(jvp(f, x, v), reshape(matmul(j, reshape(v, {5, 1})), {3})) < 1e-13);
  CHECK(largest_difference(vjp(f, x, u), reshape(matmul(reshape(u, {1, 3}), j), {5})) < 1e-13);
}

TEST_CASE("a linear function has its matrix as Jacobian, and one that ignores x has zeros") {
  Rng rng(5);
  const Tensor a = randn({3, 5}, rng, DType::f64), x = randn({5}, rng, DType::f64);
  CHECK(largest_difference(jacobian([&](const Tensor& t) { return linear(t, a); }, x), a) == 0);
  const auto ignores = [&](const Tensor&) { return ones({2}, DType::f64); };
  CHECK(largest_difference(jacobian(ignores, x), zeros({2, 5}, DType::f64)) == 0);
  CHECK(largest_difference(jvp(ignores, x, x), zeros({2}, DType::f64)) == 0);
  CHECK(largest_difference(hessian([&](const Tensor& t) { return sum(linear(t, a)); }, x),
                           zeros({5, 5}, DType::f64)) == 0);
}

TEST_CASE("forward, reverse and the trace of the Hessian give one Laplacian, in chunks too") {
  const Network f(6);
  Rng rng(7);
  const Tensor x = randn({5, 6}, rng, DType::f64);
  Doubles traces;
  for (int64_t row = 0; row < 5; ++row) {
    const Doubles h = hessian([&](const Tensor& t) { return sum(f(t)); }, x.rows(row, row + 1)).to_vector();
    double trace = 0;
    for (size_t i = 0; i < 6; ++i) trace += h[7 * i];
    traces.push_back(trace);
  }
  const Tensor expected = tensor(traces, {5}, DType::f64);
  for (const TraceMethod method : {TraceMethod::reverse, TraceMethod::forward}) {
    CHECK(largest_difference(laplacian(f, x, {.method = method}), expected) < 1e-11);
    CHECK(largest_difference(laplacian(f, x, {.method = method, .max_bytes = 1}), expected) < 1e-11);
  }
  CHECK(largest_difference(laplacian(f, x, {.check_rows = true}), expected) < 1e-11);
}

TEST_CASE("a Laplacian leaves the caller's peak of memory as large as it was") {
  const Network f(6);
  const Tensor x = zeros({5, 6}, DType::f64);
  reset_pool_peak();
  const size_t before = pool_stats().live_bytes;
  empty({1'000'000}, DType::f64);
  for (const TraceMethod method : {TraceMethod::forward, TraceMethod::reverse}) {
    laplacian(f, x, {.method = method, .max_bytes = 1});
    CHECK(pool_stats().peak_bytes >= before + 8'000'000);
  }
}

TEST_CASE("a row whose value is NaN does not pass for one that another row moved") {
  const Tensor x = tensor({1, 2, -1, 3}, {2, 2}, DType::f64);
  const auto f = [](const Tensor& t) { return sum(log(t), 1); };
  const Doubles found = laplacian(f, x, {.check_rows = true}).to_vector();
  CHECK(found[0] == approx(-1.25).epsilon(1e-14));  // -1/1 - 1/4
}

TEST_CASE("divergence by every method, of a field that is no gradient") {
  Rng rng(8);
  const Tensor a = randn({4, 4}, rng, DType::f64), x = randn({3, 4}, rng, DType::f64);
  const auto field = [&](const Tensor& t) { return sin(linear(t, a)) * t; };
  // d s_i / dx_i = cos(a_i x) a_ii x_i + sin(a_i x)
  Doubles values;
  const Doubles av = a.to_vector(), xv = x.to_vector();
  for (size_t b = 0; b < 3; ++b) {
    double total = 0;
    for (size_t i = 0; i < 4; ++i) {
      double s = 0;
      for (size_t j = 0; j < 4; ++j) s += av[4 * i + j] * xv[4 * b + j];
      total += std::cos(s) * av[5 * i] * xv[4 * b + i] + std::sin(s);
    }
    values.push_back(total);
  }
  const Tensor expected = tensor(values, {3}, DType::f64);
  CHECK(largest_difference(divergence(field, x, {.method = TraceMethod::reverse}), expected) < 1e-13);
  CHECK(largest_difference(divergence(field, x, {.method = TraceMethod::forward}), expected) < 1e-13);
  CHECK(largest_difference(divergence(field, x), expected) < 1e-13);
  const auto identity = [](const Tensor& t) { return t * 1.0; };
  CHECK(divergence(identity, x).to_vector() == Doubles{4, 4, 4});
}

TEST_CASE("Hutchinson's mean lies within four standard errors of the exact trace, for both kinds of probe") {
  const Network f(6);
  Rng rng(9);
  const Tensor x = randn({8, 6}, rng, DType::f64);
  const Tensor exact = laplacian(f, x);
  for (Probe probe : {Probe::rademacher, Probe::gaussian}) {
    Tensor error;
    const Tensor estimate = laplacian(f, x,
                                      {.method = TraceMethod::hutchinson,
                                       .probes = 400,
                                       .probe = probe,
                                       .rng = &rng,
                                       .standard_error = &error});
    const Doubles a = exact.to_vector(), b = estimate.to_vector(), se = error.to_vector();
    for (size_t i = 0; i < a.size(); ++i) {
      CHECK(se[i] > 0);
      CHECK(std::abs(a[i] - b[i]) < 4.5 * se[i]);  // false alarm below 1e-5 a row
    }
  }
}

TEST_CASE("the Laplacian can be differentiated, in parameters and in x, by both exact methods") {
  const Network f(4);
  Rng rng(11);
  Tensor x = randn({3, 4}, rng, DType::f64).requires_grad_();
  const auto gradients = [&](TraceMethod method) {
    Tape tape;
    const Tensor loss = sum(laplacian(f, x, {.method = method, .create_graph = true}));
    const Tensor wanted[] = {f.w1, f.b1, f.w2, f.w3, x};
    return grad(loss, wanted);
  };
  const Tensors forward = gradients(TraceMethod::forward), reverse = gradients(TraceMethod::reverse);
  for (size_t i = 0; i < forward.size(); ++i) CHECK(largest_difference(forward[i], reverse[i]) < 1e-10);

  // against a difference quotient in one weight
  Tensor w = f.w1;
  const auto value_at = [&](double shift) {
    Tensor weights = w.detach();
    weights.mutable_data<double>()[2] += shift;
    const double value = sum(laplacian(f, x.detach())).item();
    weights.mutable_data<double>()[2] -= shift;
    return value;
  };
  const double quotient = (value_at(1e-5) - value_at(-1e-5)) / 2e-5;
  CHECK(forward[0].to_vector()[2] == approx(quotient).epsilon(1e-6));
}

TEST_CASE("the traces do not mind what else the caller's tape made of x, and give 0 where x is not read") {
  const Network f(3);
  Tensor x = tensor({0.3, -0.2, 0.9, 1.1, 0.4, -0.7}, {2, 3}, DType::f64).requires_grad_();
  const Tensor wanted = laplacian(f, x);
  Tape tape;
  const Tensor before = relu(x) * 2.0;
  for (const TraceMethod method : {TraceMethod::automatic, TraceMethod::forward, TraceMethod::reverse}) {
    CHECK(largest_difference(laplacian(f, x, {.method = method, .create_graph = true}), wanted) < 1e-12);
    Tensor constant = ones({1, 3}, DType::f64).requires_grad_();
    const auto field = [&](const Tensor& at) { return broadcast_to(constant * 3.0, at.shape()); };
    CHECK(divergence(field, x, {.method = method, .create_graph = true}).to_vector() == Doubles{0, 0});
  }
}

TEST_CASE("hvp under create_graph gives third derivatives") {
  Tensor x = tensor({0.3, -0.8}, {2}, DType::f64).requires_grad_();
  const auto f = [](const Tensor& t) { return sum(square(square(t))); };
  Tape tape;
  const Tensor h = hvp(f, x, ones({2}, DType::f64), {.create_graph = true});  // 12 x^2
  const Tensor third = grad(sum(h), x);
  CHECK(third.to_vector()[0] == approx(24 * 0.3));
  CHECK(third.to_vector()[1] == approx(24 * -0.8));
}

TEST_CASE("what the traces refuse, they refuse with a sentence") {
  Rng rng(12);
  const Tensor x = randn({3, 2}, rng, DType::f64);
  const auto kinked = [](const Tensor& t) { return sum(square(relu(t)), 1); };
  CHECK(contains(error_message([&] { laplacian(kinked, x); }), "laplacian: relu has a kink"));
  CHECK_THROWS_WITH_AS(laplacian(kinked, x, {.method = TraceMethod::reverse}),
                       Contains("Hint: use softplus or silu"), Error);
  CHECK(error_message([&] { laplacian(kinked, x, {.allow_kinks = true}); }).empty());
  const auto soft = [](const Tensor& t) { return sum(softmax(t, 1) * t, 1); };
  CHECK_THROWS_WITH_AS(laplacian(soft, x, {.method = TraceMethod::forward}),
                       Contains("softmax has no forward rule. Hint: set method = reverse"), Error);
  CHECK(error_message([&] { laplacian(soft, x); }).empty());
  const auto mixes = [](const Tensor& t) { return sum(exp(t - mean(t, 0)), 1); };
  CHECK_THROWS_WITH_AS(laplacian(mixes, x, {.method = TraceMethod::reverse, .check_rows = true}),
                       Contains("rows interact"), Error);
  CHECK_THROWS_WITH_AS(laplacian(soft, x, {.method = TraceMethod::hutchinson}), Contains("Hint: pass .rng"),
                       Error);
  CHECK(contains(error_message([&] { laplacian([](const Tensor& t) { return sum(t); }, x); }),
                 "instead of (3). Hint: return one result per row"));
  CHECK_THROWS_WITH_AS(laplacian(soft, x.rows(0, 1).view({2})),
                       Contains("Hint: reshape it to rows of points (B,d)"), Error);
  CHECK(contains(
      error_message([&] { hvp([](const Tensor& t) { return sum(t); }, x, x, {.create_graph = true}); }),
      "needs a live tape"));
}

TEST_CASE("gradient_and_laplacian gives what grad and laplacian give, and asks for f once") {
  Rng rng(5);
  for (const int64_t d : {2, 11}) {  // a gradient that is carried forward, and one by a sweep
    const Network net(d);
    const Tensor x = randn({6, d}, rng, DType::f64);
    int calls = 0;
    const auto f = [&](const Tensor& at) {
      ++calls;
      return net(at);
    };
    const GradientAndLaplacian found = gradient_and_laplacian(f, x);
    CHECK(calls == 1);
    Tape tape;
    const Tensor leaf = x.detach().requires_grad_();
    const Tensor gradient = grad(sum(net(leaf)), leaf);
    CHECK(largest_difference(found.value, net(x)) == 0);
    CHECK(largest_difference(found.gradient, gradient) < 1e-12);
    CHECK(largest_difference(found.laplacian, laplacian(net, x, {.method = TraceMethod::reverse})) < 1e-11);
    const TraceOptions reverse{.method = TraceMethod::reverse};
    CHECK(largest_difference(gradient_and_laplacian(net, x, reverse).gradient, gradient) == 0);
  }
}

TEST_CASE("Hutchinson's probes are one draw, however many are taken at a time") {
  const Network f(6);
  Rng inputs(5);
  const Tensor x = randn({4, 6}, inputs, DType::f64);
  for (const Probe probe : {Probe::rademacher, Probe::gaussian}) {
    const auto estimate = [&](size_t max_bytes, uint64_t& draws) {
      Rng rng(9);
      const Tensor trace = laplacian(f, x,
                                     {.method = TraceMethod::hutchinson,
                                      .probes = 7,
                                      .probe = probe,
                                      .rng = &rng,
                                      .max_bytes = max_bytes});
      draws = rng.draw();
      return trace;
    };
    uint64_t one_by_one = 0, together = 0;
    CHECK(largest_difference(estimate(1, one_by_one), estimate(size_t{1} << 28, together)) < 1e-12);
    CHECK(one_by_one == 1);
    CHECK(together == 1);
  }
}

}  // namespace
}  // namespace gradzoo
