#include <cmath>
#include <numbers>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("blindness: far apart, KL is the weights', the Fisher divergence 0; noise brings it back") {
  const LabResult result = find_lab("blindness").run({});
  const LabTable& table = result.table("separation");
  const double weights = 0.5 * std::log(0.5 / 0.9) + 0.5 * std::log(0.5 / 0.1);
  CHECK(table.at("16", "KL, nats") == approx(weights).epsilon(1e-9));
  CHECK(table.at("16", "Fisher divergence") < 1e-12);
  CHECK(table.at("2", "Fisher divergence") > 0.1);
  CHECK(table.at("16", "Fisher with noise") > 1e-3);
  CHECK(table.at("16", "KL with noise") < weights);
  for (size_t i = 1; i < table.rows.size(); ++i)
    CHECK(table.rows[i].values[0] > table.rows[i - 1].values[0]);  // KL grows
}

TEST_CASE("blindness: with noise of 4 both are mixtures of Gaussians of variance 17") {
  const LabResult result = find_lab("blindness").run({});
  const LabTable& table = result.table("separation");
  constexpr double kVariance = 17, kStep = 0.001;
  for (const LabTable::Row& row : table.rows) {
    const double half = std::stod(row.name) / 2;
    double kl = 0;
    for (double x = -half - 40; x < half + 40; x += kStep) {
      const double left = std::exp(-(x + half) * (x + half) / (2 * kVariance)),
                   right = std::exp(-(x - half) * (x - half) / (2 * kVariance));
      const double p = 0.5 * left + 0.5 * right, q = 0.9 * left + 0.1 * right;
      if (p > 0) kl += p * std::log(p / q) * kStep / std::sqrt(2 * std::numbers::pi * kVariance);
    }
    CHECK(std::abs(table.at(row.name, "KL with noise") - kl) < 1e-6);
  }
}

}  // namespace gradzoo
