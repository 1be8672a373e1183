#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/toys/toy.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("bars-and-stripes draws each of 30 patterns equally often") {
  const auto toy = make_toy("bars-and-stripes");
  Rng rng(5, "toys");
  const Tensor x = toy->sample(30'000, rng);
  std::map<std::vector<double>, double> counts;
  for (int64_t row = 0; row < 30'000; ++row) {
    const std::vector<double> v = x.rows(row, row + 1).to_vector();
    counts[v] += 1;
    bool rows = true, columns = true;
    for (size_t i = 0; i < 16; ++i) {
      rows = rows && v[i] == v[i / 4 * 4];
      columns = columns && v[i] == v[i % 4];
    }
    REQUIRE((rows || columns));
  }
  CHECK(counts.size() == 30);
  double statistic = 0;
  for (const auto& [pattern, count] : counts) statistic += (count - 1000) * (count - 1000) / 1000;
  CHECK(statistic < 29 + 5 * std::sqrt(2 * 29.0));  // chi-square of 29: beyond with 3e-5
  CHECK_MESSAGE(contains(error_message([&] { toy->log_prob(x); }), "probabilities but no density"), "");
}

TEST_CASE("checkerboard has a density and says why it has no score") {
  const auto toy = make_toy("checkerboard");
  const Tensor x = tensor({-1.5, -1.5, -1.5, -0.5, 0.5, 0.5, 2.5, 0.5}, {4, 2});
  const std::vector<double> log_p = toy->log_prob(x).to_vector();
  CHECK(log_p[0] == approx(-std::log(8)));
  CHECK(log_p[1] == -INFINITY);
  CHECK(log_p[2] == approx(-std::log(8)));
  CHECK(log_p[3] == -INFINITY);
  CHECK(toy->why_no_density().empty());
  const std::string why = error_message([&] { toy->score(x); });
  CHECK_MESSAGE(contains(why, "does not vanish at its boundary"), why);
}

TEST_CASE("two moons are noise about half circles, as many points on each; their density is the integral") {
  for (const double sigma : {0.1, 0.01}) {
    CAPTURE(sigma);
    const auto toy = make_toy("two-moons", {.noise = sigma});
    const auto arc = [](bool lower, double t) {
      return lower ? std::pair{1 - std::cos(t), 0.5 - std::sin(t)} : std::pair{std::cos(t), std::sin(t)};
    };
    constexpr int64_t kPoints = 2000;
    Rng drawn(3, "toys"), same(3, "toys");
    const Tensor x = toy->sample(kPoints, drawn, DType::f64);
    const Tensor u = rand({kPoints, 2}, same, DType::f64), z = randn({kPoints, 2}, same, DType::f64);
    double worst = 0;
    for (int64_t i = 0; i < kPoints; ++i) {
      const auto [a, b] = arc(u.data<double>()[2 * i] < 0.5, M_PI * u.data<double>()[2 * i + 1]);
      const double across = std::abs(x.data<double>()[2 * i] - a - sigma * z.data<double>()[2 * i]),
                   along = std::abs(x.data<double>()[2 * i + 1] - b - sigma * z.data<double>()[2 * i + 1]);
      worst = std::max(worst, std::max(across, along));
    }
    CHECK(worst < 1e-12);
    // Against 40,000 nodes an arc, at its ends too, where the midpoint rule of step h errs by h^2 f' / 24: of
    // the order of h^2 / (12 sigma^2), relative.
    const double tolerance = std::pow(M_PI / 400 / sigma, 2) / 12;
    for (const bool lower : {false, true})
      for (const double t : {0.0, 0.02, 0.5, 1.0, 2.5, M_PI}) {
        const auto [at_x, at_y] = arc(lower, t);
        const double px = at_x + sigma / 2, py = at_y - sigma / 3;
        double density = 0;
        for (int node = 0; node < 80000; ++node) {
          const auto [a, b] = arc(node % 2 == 0, M_PI * (node / 2 + 0.5) / 40000);
          density += std::exp(-(std::pow(px - a, 2) + std::pow(py - b, 2)) / (2 * sigma * sigma));
        }
        density /= 80000 * 2 * M_PI * sigma * sigma;
        const double found = toy->log_prob(tensor({px, py}, {1, 2}, DType::f64)).item();
        CHECK(std::abs(found - std::log(density)) < tolerance);
      }
  }
}

TEST_CASE("every point of the checkerboard lies on a dark square, up to its edges") {
  const auto toy = make_toy("checkerboard");
  Rng rng(6, "toys");
  const Tensor x = toy->sample(20'000, rng, DType::f64), log_p = toy->log_prob(x);
  CHECK(min(log_p).item() == approx(-std::log(8)));
  double low = 1, high = 0;  // of the places within squares
  for (const double v : x.to_vector()) {
    low = std::min(low, v - std::floor(v));
    high = std::max(high, v - std::floor(v));
  }
  CHECK(low < 0.001);  // missed by 40,000 uniform numbers with e^-40
  CHECK(high > 0.999);
}
