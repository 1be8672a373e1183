#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a reduction over several axes is one over a row of their numbers") {
  const Tensor x = wave({2, 3, 4, 5});
  const Tensor middle = reshape(permute(x, {0, 3, 1, 2}), {2, 5, 12});  // axes 1 and 2 in one row
  CHECK(max_error(sum(x, {1, 2}), sum(middle, 2).to_vector()) < 1e-13);
  CHECK(max_error(mean(x, {-2, 1}), mean(middle, 2).to_vector()) < 1e-13);
  CHECK(max_error(var(x, {2, 1}), var_axis(middle, 2).to_vector()) < 1e-13);
  CHECK(max_error(var(x, {2, 1}, false, 0), var_axis(middle, 2, false, 0).to_vector()) < 1e-13);
  CHECK(sum(x, {0, 3}).shape() == Shape{3, 4});
  CHECK(sum(x, {0, 3}, true).shape() == Shape{1, 3, 4, 1});
  CHECK(mean(x, {0, -1}, true).shape() == Shape{1, 3, 4, 1});
  CHECK(max_error(sum(x, {0, 1, 2, 3}), {sum(x).item()}) < 1e-13);
  CHECK(sum(x, {0, 1, 2, 3}).shape() == Shape{});
}

TEST_CASE("one axis in braces is that axis, and axes without numbers sum to 0") {
  const Tensor x = wave({2, 3});
  CHECK(same_bytes(sum(x, {1}), sum(x, 1)));
  CHECK(same_bytes(sum(x, {0}, true), sum(x, 0, true)));
  CHECK(max_error(sum(zeros({2, 0, 3}), {1, 2}), {0, 0}) == 0);
  CHECK(std::isnan(mean(zeros({0, 3}), {0, 1}).item()));
  const Tensor flat = wave({1, 3});
  CHECK(sum(flat, {0}, true).data<double>() != flat.data<double>());  // values of its own
}

TEST_CASE("axes are refused where they are missing, named twice or none") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(sum(x, {0, 2}), "sum: axis 2 of a tensor with 2 axes. Hint: axes run from -2 to 1",
                       Error);
  CHECK_THROWS_WITH_AS(mean(x, {1, -1}), "mean: axis -1 of (2,3) is named twice. Hint: name each axis once",
                       Error);
  CHECK(error_message([&] { sum(x, {}); }) == "sum: no axes are given. Hint: call sum(x) for all elements");
}

TEST_CASE("the standard deviation is the variance's root, and flat where all are equal") {
  const Tensor x = wave({3, 5});
  CHECK(max_error(stddev_axis(x, 1), sqrt(var_axis(x, 1)).to_vector()) < 1e-14);
  CHECK(max_error(stddev_axis(x, 0, true, 0), sqrt(var_axis(x, 0, true, 0)).to_vector()) < 1e-14);
  CHECK(max_error(stddev(x), {std::sqrt(var(x).item())}) < 1e-14);
  CHECK(max_error(stddev(x, {0, 1}), stddev(x).to_vector()) < 1e-14);
  CHECK(max_error(stddev(x, {1}, true), stddev_axis(x, 1, true).to_vector()) < 1e-14);
  CHECK(std::isnan(stddev(ones({1})).item()));
  const Tensor flat = full({4}, 2.5, DType::f64).requires_grad_();
  Tape tape;
  const Tensor g = grad(stddev(flat), flat, {.create_graph = true});
  CHECK(max_error(g, {0, 0, 0, 0}) == 0);
  CHECK(max_error(grad(sum(g), flat), {0, 0, 0, 0}) == 0);
}

TEST_CASE("the standard deviation scales with its numbers at all sizes, and its gradient stays") {
  const std::vector<double> numbers = {1, 2, 4, -0.5, 0.25, 1.5}, still = {0, 0, 0};
  for (const DType dtype : {DType::f32, DType::f64}) {
    const double digits = dtype == DType::f32 ? 1e-6 : 1e-15;
    for (const int power :
         dtype == DType::f32 ? std::vector{-120, -83, 64, 120} : std::vector{-1000, 664, 1015}) {
      const double size = std::ldexp(1.0, power);
      const Tensor unit = tensor(numbers, {2, 3}, dtype).requires_grad_();
      const Tensor x = (unit.detach() * size).requires_grad_();
      const auto agree = [&](auto&& f) {
        Tape tape;
        const Tensor wanted = f(unit), got = f(x);
        CHECK(max_error(got * (1 / size), wanted.to_vector()) < 4 * digits);
        CHECK(max_error(grad(sum(got), x), grad(sum(wanted), unit).to_vector()) < digits);
      };
      agree([](const Tensor& t) { return stddev(t); });
      agree([](const Tensor& t) { return stddev_axis(t, 1); });
      agree([](const Tensor& t) { return stddev_axis(t, 0, true, 0); });
      agree([](const Tensor& t) { return stddev(t, {1, 0}, true); });
    }
  }
  const Tensor mixed = tensor({1e-25, 2e-25, 3e-25, 1, 2, 3, 5, 5, 5, 0, 0, 0}, {4, 3}).requires_grad_();
  Tape tape;
  const Tensor y = stddev_axis(mixed, 1);
  CHECK(y.to_vector()[0] == approx(1e-25).epsilon(1e-6));
  CHECK(y.to_vector()[1] == 1);
  const std::vector<double> g = grad(sum(y), mixed).to_vector();
  CHECK(g[0] == approx(-0.5));
  CHECK(g[5] == approx(0.5));
  CHECK(std::vector(g.begin() + 6, g.end()) == std::vector<double>(6, 0.0));
}

TEST_CASE("logsumexp over everything") {
  const Tensor x = wave({3, 5});
  CHECK(logsumexp(x).item() == approx(std::log(sum(exp(x)).item())).epsilon(1e-14));
  CHECK(logsumexp(full({2, 2}, 1000.0)).item() == approx(1000 + std::log(4.0)).epsilon(1e-7));
}

TEST_CASE("products over any axis and everything are what a loop gives") {
  for (const int64_t n : {1, 2, 3, 5, 8, 13}) {
    const Tensor x = wave({2, n, 3});
    const std::vector<double> values = x.to_vector();
    std::vector<double> wanted(6, 1.0);
    for (int64_t o = 0; o < 2; ++o)
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t k = 0; k < 3; ++k)
          wanted[static_cast<size_t>(o * 3 + k)] *= values[static_cast<size_t>((o * n + i) * 3 + k)];
      }
    CHECK(max_error(prod(x, 1), wanted) < 1e-13);
    CHECK(prod(x, 1).shape() == Shape{2, 3});
    CHECK(prod(x, -2, true).shape() == Shape{2, 1, 3});
  }
  CHECK(prod(tensor({1, 2, 3, 4}, {2, 2})).item() == 24);
  CHECK(max_error(prod(zeros({2, 0}), 1), {1, 1}) == 0);
  const Tensor one = wave({1});
  CHECK(prod(one, 0, true).data<double>() != one.data<double>());
}

TEST_CASE("running products are what a loop gives, with gradients where factors are 0") {
  for (const int64_t n : {1, 2, 3, 5, 8, 13}) {
    const Tensor x = wave({2, n, 3});
    std::vector<double> wanted = x.to_vector();
    for (int64_t o = 0; o < 2; ++o)
      for (int64_t i = 1; i < n; ++i)
        for (int64_t k = 0; k < 3; ++k)
          wanted[static_cast<size_t>((o * n + i) * 3 + k)] *=
              wanted[static_cast<size_t>((o * n + i - 1) * 3 + k)];
    CHECK(max_error(cumprod(x, 1), wanted) < 1e-13);
    CHECK(cumprod(x, -2).shape() == x.shape());
  }
  CHECK(cumprod(zeros({2, 0}), 1).shape() == Shape{2, 0});
  const Tensor x = tensor({2, 0, 3, 0, -0.5}, {5}, DType::f64);
  CHECK(check_order([](const Tensor& in) { return sum(cumprod(in, 0)); }, x, 3).message == "");
}

TEST_CASE("logaddexp does not overflow, broadcasts, and takes -inf for log 0") {
  const Tensor a = tensor({1000, -1000, 3, -INFINITY}, {4}, DType::f64),
               b = tensor({1000.5}, {1}, DType::f64);
  const std::vector<double> wanted = {1000.5 + std::log1p(std::exp(-0.5)), 1000.5, 1000.5, 1000.5};
  CHECK(max_error(logaddexp(a, b), wanted) < 1e-12);
  const Tensor x = tensor({0.3, -2, 5}, {3}, DType::f64), y = tensor({1, -2, 4}, {3}, DType::f64);
  CHECK(check_order([&](const Tensor& in) { return sum(logaddexp(in, y)); }, x, 2).message == "");
}

TEST_CASE("a product of nothing has a gradient without numbers") {
  const Tensor x = zeros({2, 0}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor slopes = grad(sum(prod(x, 1)), x, {.create_graph = true});
  CHECK(slopes.shape() == Shape{2, 0});
}

TEST_CASE("a product's gradients are right where factors are 0, to third order") {
  for (const auto& values : {std::vector<double>{2, 0, 3, -1, 0.5}, {2, 0, 3, 0, 0.5}, {0, 0, 0, 0, 0}}) {
    const Tensor x = tensor(values, {5}, DType::f64);
    CHECK(check_order([](const Tensor& in) { return prod(in, 0); }, x, 3).message == "");
  }
  const Tensor x = tensor({2, 0, 3}, {3}, DType::f64).requires_grad_();
  Tape tape;
  CHECK(max_error(grad(prod(x), x), {0, 6, 0}) == 0);
}
