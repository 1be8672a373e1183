#include "gradzoo/nn/layers/init.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

constexpr int64_t kOut = 300, kIn = 500;

struct Moments {
  double mean = 0, variance = 0, largest = 0;
};

template <class Fill>
Moments moments_of(Fill fill, DType dtype = DType::f64) {
  Rng rng(1);
  Tensor weight = empty({kOut, kIn}, dtype);
  fill(weight, rng);
  CHECK(rng.draw() == 1);
  const std::vector<double> values = weight.to_vector();
  const double n = static_cast<double>(values.size());
  Moments m;
  for (double v : values) m.mean += v / n;
  for (double v : values) {
    m.variance += (v - m.mean) * (v - m.mean) / n;
    m.largest = std::max(m.largest, std::abs(v));
  }
  return m;
}

// n = 150000 values: the mean errs by sd / sqrt(n), the variance of a normal by sqrt(2 / n). Five of those.
void check_variance(const Moments& m, double variance) {
  const double n = kOut * kIn;
  CHECK(std::abs(m.mean) < 5 * std::sqrt(variance / n));
  CHECK(std::abs(m.variance / variance - 1) < 5 * std::sqrt(2 / n));
}

// U(-b, b) has variance b^2/3 and all but reaches b.
void check_uniform(const Moments& m, double bound) {
  check_variance(m, bound * bound / 3);
  CHECK(m.largest <= bound);
  CHECK(m.largest > 0.999 * bound);
}

}  // namespace

TEST_CASE("Kaiming's variance is gain^2 / fan_in") {
  const double variance = 2.0 / kIn;
  check_uniform(moments_of([](Tensor& w, Rng& r) { init::kaiming_uniform(w, r); }), std::sqrt(3 * variance));
  check_variance(moments_of([](Tensor& w, Rng& r) { init::kaiming_normal(w, r); }), variance);
  check_variance(moments_of([](Tensor& w, Rng& r) { init::kaiming_normal(w, r, 1.0); }), variance / 2);
}

TEST_CASE("Xavier's variance is 2 / (fan_in + fan_out)") {
  const double variance = 2.0 / (kIn + kOut);
  check_uniform(moments_of([](Tensor& w, Rng& r) { init::xavier_uniform(w, r); }), std::sqrt(3 * variance));
  check_variance(moments_of([](Tensor& w, Rng& r) { init::xavier_normal(w, r); }), variance);
}

TEST_CASE("PyTorch's Linear is uniform within 1 / sqrt(fan_in), in f32 too") {
  check_uniform(moments_of(init::torch_linear), 1 / std::sqrt(500.0));
  check_uniform(moments_of(init::torch_linear, DType::f32), 1 / std::sqrt(500.0) * (1 + 1e-7));
}

TEST_CASE("normal and uniform have the mean and spread asked for") {
  const Moments normal = moments_of([](Tensor& w, Rng& r) { init::normal(w, r, 3.0, 0.02); });
  CHECK(normal.mean == approx(3.0).epsilon(1e-4));
  CHECK(std::sqrt(normal.variance) == approx(0.02).epsilon(0.01));
  const Moments uniform = moments_of([](Tensor& w, Rng& r) { init::uniform(w, r, 1.0, 2.0); });
  CHECK(uniform.mean == approx(1.5).epsilon(1e-2));
  CHECK(uniform.largest < 2.0);
}

TEST_CASE("fans count the receptive field, and need an input axis") {
  const init::Fans conv = init::fans({64, 3, 5, 4});
  CHECK(conv.in == 60);
  CHECK(conv.out == 1280);
  test::check_refused("Hint:", [] { init::fans({7}); });
}

}  // namespace gradzoo
