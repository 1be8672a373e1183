#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "support/error_message.h"
#include "support/numbers.h"

namespace gradzoo {
using namespace test;
namespace {

struct Norm {
  int64_t batch, pixels, channels, groups;
  double eps;
};

// By loops in double: x (B,P,C), scale and shift (C).
Doubles naive(const Norm& n, const Doubles& x, const Doubles& scale, const Doubles& shift, bool with_silu) {
  Doubles y(x.size());
  const int64_t depth = n.channels / n.groups;
  const auto at = [&](int64_t b, int64_t p, int64_t c) {
    return static_cast<size_t>((b * n.pixels + p) * n.channels + c);
  };
  for (int64_t b = 0; b < n.batch; ++b)
    for (int64_t g = 0; g < n.groups; ++g) {
      double sum = 0, squares = 0;
      const auto count = static_cast<double>(n.pixels * depth);
      for (int64_t p = 0; p < n.pixels; ++p)
        for (int64_t c = g * depth; c < (g + 1) * depth; ++c) sum += x[at(b, p, c)];
      for (int64_t p = 0; p < n.pixels; ++p)
        for (int64_t c = g * depth; c < (g + 1) * depth; ++c)
          squares += (x[at(b, p, c)] - sum / count) * (x[at(b, p, c)] - sum / count);
      for (int64_t p = 0; p < n.pixels; ++p)
        for (int64_t c = g * depth; c < (g + 1) * depth; ++c) {
          const auto k = static_cast<size_t>(c);
          const double z =
              (x[at(b, p, c)] - sum / count) / std::sqrt(squares / count + n.eps) * scale[k] + shift[k];
          y[at(b, p, c)] = with_silu ? z / (1 + std::exp(-z)) : z;
        }
    }
  return y;
}

double worst(const Tensor& got, const Doubles& wanted) {
  const Doubles values = got.to_vector();
  double error = values.size() == wanted.size() ? 0 : INFINITY;
  for (size_t i = 0; i < wanted.size(); ++i) error = std::max(error, std::abs(values[i] - wanted[i]));
  return error;
}

TEST_CASE("group norm is what loops say, at channels that fill vectors or not, with SiLU and without") {
  Rng rng(1, "norm");
  for (const Norm& n :
       {Norm{3, 49, 32, 8, 1e-5}, Norm{2, 5, 37, 37, 1e-3}, Norm{2, 4, 6, 2, 0.1}, Norm{2, 1, 20, 1, 1e-5}}) {
    for (const DType dtype : {DType::f64, DType::f32}) {
      const Tensor x = randn({n.batch, n.pixels, n.channels}, rng, dtype) * 3.0 + 5.0;
      const Tensor scale = randn({n.channels}, rng, dtype), shift = randn({n.channels}, rng, dtype);
      for (const bool silu : {false, true}) {
        const Tensor y = group_norm(x, n.groups, scale, shift, {.eps = n.eps, .silu = silu});
        const double error = worst(y, naive(n, x.to_vector(), scale.to_vector(), shift.to_vector(), silu));
        CHECK(error < (dtype == DType::f64 ? 1e-12 : 2e-5));
      }
    }
  }
}

TEST_CASE("an image's own scale and shift, the fused gradient, and the recorded one agree at real sizes") {
  Rng rng(2, "norm");
  const Tensor x = randn({4, 7, 7, 64}, rng, DType::f64).requires_grad_();
  const Tensor scale = randn({4, 64}, rng, DType::f64).requires_grad_();
  const Tensor shift = randn({4, 64}, rng, DType::f64).requires_grad_();
  const Tensor g = randn(x.shape(), rng, DType::f64);
  const Tape tape;
  const Tensor y = sum(group_norm(x, 8, scale, shift, {.silu = true}) * g);
  const Tensor wanted[] = {x, scale, shift};
  const Tensors plain = grad(y, wanted, {.retain_graph = true}),
                recorded = grad(y, wanted, {.create_graph = true});
  for (size_t i = 0; i < 3; ++i) CHECK(worst(plain[i], recorded[i].to_vector()) < 1e-11);
}

TEST_CASE("layer norm gives each row mean 0 and variance 1") {
  Rng rng(3, "norm");
  const Tensor x = randn({3, 2, 50}, rng, DType::f64) * 4.0 + 100.0;
  const Tensor y = layer_norm(x, ones({50}, DType::f64), zeros({50}, DType::f64), {.eps = 1e-12});
  CHECK(y.shape() == x.shape());
  CHECK(max(abs(mean(y, -1))).item() < 1e-12);
  CHECK(max(abs(var_axis(y, -1, false, 0) - 1.0)).item() < 1e-10);
}

TEST_CASE("the same bytes at any thread count, and a constant image stays finite") {
  Rng rng(4, "norm");
  const Tensor x = randn({9, 196, 33}, rng), scale = ones({33}), shift = zeros({33});
  CHECK(same_at_any_thread_count([&] { return group_norm(x, 3, scale, shift, {.silu = true}).to_vector(); }));
  CHECK(all_finite(group_norm(full({1, 4, 4, 33}, 1e3), 3, scale, shift)));
}

// y and all gradients of a group norm by g, of first and second order in x.
struct NormOutcome {
  Tensor y, gx, g_scale, recorded_gx, second;
};
NormOutcome outcome_of(const Tensor& values, const Tensor& scale, const Tensor& g, double eps) {
  const Tensor x = values.detach().requires_grad_(), a = scale.detach().requires_grad_();
  const Tape tape;
  const Tensor y = group_norm(x, 2, a, zeros_like(a), {.eps = eps});
  const Tensor f = sum(y * g), wanted[] = {x, a};
  const Tensors plain = grad(f, wanted, {.retain_graph = true});
  const Tensor recorded = grad(f, x, {.create_graph = true});
  return {y.detach(), plain[0], plain[1], recorded.detach(), grad(sum(recorded * recorded), x)};
}

TEST_CASE("numbers whose squares overflow are normalised, and have gradients, as their 2^-n would") {
  Rng rng(5, "norm");
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const int power : dtype == DType::f32 ? std::vector{70, 126} : std::vector{540, 1020}) {
      const double huge = std::ldexp(1.0, power);
      const Tensor x = randn({3, 5, 6}, rng, dtype), scale = randn({6}, rng, dtype);
      const Tensor g = randn(x.shape(), rng, dtype);
      const double eps = 1e-30;
      // the first group of an image is huge, the second is not
      const Tensor sizes = tensor({huge, huge, huge, 1, 1, 1}, {6}, dtype);
      const NormOutcome small = outcome_of(x, scale, g, eps), large = outcome_of(x * sizes, scale, g, eps);
      const double digits = dtype == DType::f32 ? 3e-5 : 1e-13;
      CHECK(worst(large.y, small.y.to_vector()) < digits);
      CHECK(worst(large.gx * sizes, small.gx.to_vector()) < digits);
      CHECK(worst(large.recorded_gx * sizes, small.gx.to_vector()) < digits);
      CHECK(worst(large.g_scale, small.g_scale.to_vector()) < digits);
      CHECK(worst(slice(large.second, 2, 3, 6), slice(small.second, 2, 3, 6).to_vector()) < 100 * digits);
    }
  }
  const Tensor flat = full({1, 4, 6}, 3e38);  // nothing varies: n is 0, and r is 1 / sqrt(eps)
  const NormOutcome constant = outcome_of(flat, ones({6}), randn({1, 4, 6}, rng), 1e-4);
  CHECK(max(abs(constant.y)).item() == 0);
  CHECK(worst(constant.recorded_gx, constant.gx.to_vector()) < 1e-4);
  CHECK(max(abs(constant.gx)).item() > 10);
}

TEST_CASE("a mean a million deviations from 0 costs no digit beyond those that the numbers have lost") {
  Rng rng(6, "norm");
  const Tensor x = randn({2, 40, 4}, rng) + 1e6, scale = randn({4}, rng);
  const Tensor g = randn(x.shape(), rng);
  const NormOutcome f32 = outcome_of(x, scale, g, 1e-5);
  const NormOutcome f64 = outcome_of(cast(x, DType::f64), cast(scale, DType::f64), cast(g, DType::f64), 1e-5);
  CHECK(worst(f32.y, f64.y.to_vector()) < 1e-5);
  CHECK(worst(f32.gx, f64.gx.to_vector()) < 1e-4);
  CHECK(worst(f32.recorded_gx, f64.gx.to_vector()) < 1e-4);
  CHECK(worst(f32.g_scale, f64.g_scale.to_vector()) < 1e-4);
  const Tensor row = layer_norm(reshape(x, {8, 40}), ones({40}), zeros({40}));
  CHECK(max(abs(mean(row, -1))).item() < 1e-6);
}

TEST_CASE("groups and shapes that do not fit are refused") {
  const Tensor x = ones({2, 3, 6}), c = ones({6});
  CHECK(contains(error_message([&] { group_norm(x, 4, c, c); }), "6 channels do not make 4 groups"));
  CHECK(contains(error_message([&] { group_norm(x, 0, c, c); }), "0 groups"));
  CHECK_THROWS_WITH_AS(group_norm(x, 2, ones({5}), c), Contains("scale (5) and shift (6) do not fit"), Error);
  CHECK(contains(error_message([&] { group_norm(x, 2, ones({2, 6}), c); }), "pass the same shape"));
  CHECK(contains(error_message([&] { group_norm(x, 2, c, c, {.eps = 0}); }), "eps is 0"));
  CHECK(group_norm(zeros({0, 3, 6}), 2, c, c).shape() == Shape{0, 3, 6});
}

}  // namespace
}  // namespace gradzoo
