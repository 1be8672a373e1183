#include "gradzoo/nn/distributions.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/random.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor vector(const Doubles& values) {
  return tensor(values, {static_cast<int64_t>(values.size())}, DType::f64);
}

// The integral of f over [-12, 12] by the midpoint rule, which converges geometrically for smooth f that
// vanish at the ends.
template <class F>
double integral(F f) {
  constexpr int kPoints = 4000;
  const double h = 24.0 / kPoints;
  double sum = 0;
  for (int i = 0; i < kPoints; ++i) sum += h * f(-12.0 + (i + 0.5) * h);
  return sum;
}

double log_density(double z, double mu, double logvar) {
  return normal_log_prob(scalar(z, DType::f64), scalar(mu, DType::f64), scalar(logvar, DType::f64)).item();
}

}  // namespace

TEST_CASE("the normal density integrates to one, with its mean and variance") {
  const double mu = 0.7, logvar = -0.6;
  const auto moment = [&](int k) {
    return integral([&](double z) { return std::pow(z - mu, k) * std::exp(log_density(z, mu, logvar)); });
  };
  CHECK(moment(0) == approx(1.0).epsilon(1e-12));
  CHECK(std::abs(moment(1)) < 1e-12);
  CHECK(moment(2) == approx(std::exp(logvar)).epsilon(1e-12));
  CHECK(standard_normal_log_prob(vector({1.5})).item() == approx(log_density(1.5, 0, 0)).epsilon(1e-15));
}

TEST_CASE("the KL's closed form is the integral that defines it") {
  for (const auto& [mu, logvar] : {std::pair{0.0, 0.5}, std::pair{1.3, -1.0}, std::pair{-0.4, 0.2}}) {
    const double want = integral([m = mu, lv = logvar](double z) {
      const double log_q = log_density(z, m, lv);
      return std::exp(log_q) * (log_q - log_density(z, 0, 0));
    });
    const double got = kl_standard_normal(scalar(mu, DType::f64), scalar(logvar, DType::f64)).item();
    CHECK(got == approx(want).epsilon(1e-11));
  }
}

TEST_CASE("the KL is 0 at the prior, and keeps its digits beside it") {
  CHECK(kl_standard_normal(vector({0}), vector({0})).item() == 0.0);
  // 1/2 (e^v - 1 - v) = v^2 / 4 + v^3 / 12 + ..., of slope 1/2 (e^v - 1) and curvature 1/2 e^v
  for (const double size : {1e-30, 1e-12, 1e-5, 1e-3, 0.1}) {
    for (const double v : {size, -size}) {
      for (const DType dtype : {DType::f32, DType::f64}) {
        CAPTURE(v);
        const double few_ulps = dtype == DType::f32 ? 5e-7 : 1e-15;
        Tensor logvar = tensor({v}, {1}, dtype).requires_grad_();
        const double at = logvar.to_vector()[0];  // v, rounded
        const Tape tape;
        const Tensor kl = kl_standard_normal(zeros({1}, dtype), logvar);
        const Tensor slope = grad(kl, logvar, {.create_graph = true}), curvature = grad(slope, logvar);
        double series = 1;
        for (int k = 15; k > 2; --k) series = 1 + at / k * series;
        const double wanted = at * at / 4 * series;
        const bool is_normal = dtype == DType::f64 || size > 1e-15;
        if (is_normal) CHECK(std::abs(kl.item() - wanted) <= few_ulps * wanted);
        CHECK(std::abs(slope.item() - std::expm1(at) / 2) <= few_ulps * std::abs(std::expm1(at) / 2));
        CHECK(std::abs(curvature.item() - std::exp(at) / 2) <= few_ulps);
      }
    }
  }
}

TEST_CASE("the KL of rows is the sum over their dimensions") {
  Rng rng(1);
  const Tensor mu = randn({3, 4}, rng, DType::f64), logvar = randn({3, 4}, rng, DType::f64);
  const Doubles each = kl_standard_normal(mu, logvar).to_vector();
  const Doubles rows = kl_standard_normal_rows(mu, logvar).to_vector();
  REQUIRE(rows.size() == 3);
  for (size_t i = 0; i < 3; ++i)
    CHECK(rows[i] == approx(each[4 * i] + each[4 * i + 1] + each[4 * i + 2] + each[4 * i + 3]));
}

TEST_CASE("a Bernoulli's two probabilities are sigmoid(l) and its complement, at any logit") {
  for (double logit : {-2.0, 0.0, 0.3, 40.0, -700.0}) {
    const double one = bernoulli_log_prob(vector({1}), vector({logit})).item();
    const double zero = bernoulli_log_prob(vector({0}), vector({logit})).item();
    CHECK(one == approx(-std::log1p(std::exp(-logit))).epsilon(1e-14));
    CHECK(std::exp(one) + std::exp(zero) == approx(1.0).epsilon(1e-14));
  }
}

TEST_CASE("gradients are the scores that one derives by hand, and so are their gradients") {
  const double x = 0.3, m = -0.4, v = 0.6, precision = std::exp(-v);
  const Tensor mu = vector({m}).requires_grad_(), logvar = vector({v}).requires_grad_();
  const Tensors parameters = {mu, logvar};
  const Tape tape;
  const auto check = [](const Tensors& got, double for_mu, double for_logvar) {
    CHECK(got[0].item() == approx(for_mu).epsilon(1e-13));
    CHECK(got[1].item() == approx(for_logvar).epsilon(1e-13));
  };
  const GradOptions again{.create_graph = true};

  const Tensors score = grad(normal_log_prob(vector({x}), mu, logvar), parameters, again);
  check(score, (x - m) * precision, 0.5 * ((x - m) * (x - m) * precision - 1));
  check(grad(score[0], parameters, again), -precision, -(x - m) * precision);

  const Tensors slope = grad(kl_standard_normal(mu, logvar), parameters, again);
  check(slope, m, 0.5 * (std::exp(v) - 1));
  check(grad(slope[1], parameters), 0.0, 0.5 * std::exp(v));
}

TEST_CASE("the gradient of a Bernoulli's log-probability in its logit is x - sigmoid(l)") {
  const Tensor logits = vector({-1.0, 0.0, 2.0}).requires_grad_();
  const Tape tape;
  const Tensor slope = grad(sum(bernoulli_log_prob(vector({1, 0, 0.25}), logits)), logits);
  const Doubles want = {1 - 1 / (1 + std::exp(1.0)), -0.5, 0.25 - 1 / (1 + std::exp(-2.0))};
  for (size_t i = 0; i < 3; ++i) CHECK(slope.to_vector()[i] == approx(want[i]).epsilon(1e-14));
}

TEST_CASE("a quantile of probability 0, 1 or NaN is refused") {
  for (const double p : {0.0, 1.0, -0.5, std::nan("")})
    check_refused("0 < p < 1", [&] { normal_quantile(p); });
  CHECK(normal_quantile(0.5) == 0);
}

}  // namespace gradzoo
