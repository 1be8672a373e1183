#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("langevin: paths climb without noise, laws are those of theory, and mixing falls as theory says") {
  const LabResult result =
      find_lab("langevin").run({.seed = 1}, {"chains=2000", "walk_steps=400", "dimensions=16,256"});
  CHECK(result.pictures.size() == 3);

  const LabTable& paths = result.table("paths on");
  // A Gaussian of variances 1 and correlation .6; draws are d/2 = 1 nat below the maximum on average.
  const double highest = -std::log(2 * std::numbers::pi) - std::log(1 - 0.36) / 2;
  CHECK(paths.at("gaussian", "maximum") == approx(highest).epsilon(1e-3));
  CHECK(std::abs(paths.at("gaussian", "no noise") - highest) < 2e-3);
  CHECK(std::abs(paths.at("gaussian", "noise") - highest + 1) < 0.1);
  CHECK(std::abs(paths.at("gaussian", "draws") - highest + 1) < 0.1);
  // Maxima of three heights, and chains that end in each; with noise they are below them.
  CHECK(paths.at("mixture", "no noise") < paths.at("mixture", "maximum"));
  CHECK(paths.at("mixture", "noise") < paths.at("mixture", "no noise") - 0.7);

  const LabTable& laws = result.table("step e");
  REQUIRE(laws.rows.size() == 5);
  for (const LabTable::Row& row : laws.rows) {
    CAPTURE(row.name);
    const double e = std::stod(row.name), variance = 1 / (1 - e / 2);
    CHECK(laws.at(row.name, "1/(1 - e/2)") == approx(variance));
    // Four standard errors of 80,000 squares, which at e = .1 are correlated by .12.
    CHECK(std::abs(laws.at(row.name, "ULA variance") / variance - 1) < 0.021);
    CHECK(std::abs(laws.at(row.name, "MALA variance") - 1) < 0.021);
    CHECK(std::abs(laws.at(row.name, "MALA acceptance") - laws.at(row.name, "its theory")) < 0.01);
    CHECK(laws.at(row.name, "MALA distance") < 0.02);
  }
  CHECK(laws.rows.back().name == "0.1");
  // The largest gap between N(0, 5) and N(0, 1), where their densities cross.
  const double crossing = std::sqrt(std::log(5.0) * 5 / 4);
  const auto above = [](double x) { return std::erfc(x / std::numbers::sqrt2) / 2; };
  CHECK(std::abs(laws.at("1.6", "ULA distance") - above(crossing / std::sqrt(5.0)) + above(crossing)) < 0.01);

  const LabTable& mixing = result.table("dimension");
  const auto falls = [&](const char* sampler) {
    return mixing.at("16", sampler) / mixing.at("256", sampler);
  };
  // -1 and -1/3 in the limit of many dimensions; at 16 more proposals are taken than in it.
  CHECK(falls("mh") > 13);
  CHECK(falls("mh") < 25);
  CHECK(falls("MALA") > 2.2);
  CHECK(falls("MALA") < 3.5);
  // x' = (1 - e) x + noise: a draw is worth (1 - rho)/(1 + rho) of an independent one, rho = 1 - e.
  for (const double d : {16.0, 256.0}) {
    const double e = 0.4 / std::sqrt(d);
    CHECK(mixing.at(d == 16 ? "16" : "256", "ULA") == approx(e / (2 - e)).epsilon(0.15));
  }
  CHECK(mixing.at("256", "mh acceptance") == approx(0.234).epsilon(0.1));
  CHECK(mixing.at("256", "MALA acceptance") == approx(0.574).epsilon(0.1));
}

TEST_CASE("langevin: noise sets the temperature, and no other number") {
  const auto paths = [](const char* noise) {
    return find_lab("langevin")
        .run({.seed = 1}, {"chains=2000", "walk_steps=400", "dimensions=1", noise})
        .table("paths on");
  };
  const LabTable half = paths("noise=0.5"), whole = paths("noise=1");
  // exp(f / T) of a Gaussian in the plane, T = .25, is T nats below the maximum on average.
  CHECK(std::abs(half.at("gaussian", "maximum") - half.at("gaussian", "noise") - 0.25) < 0.03);
  CHECK(half.at("gaussian", "no noise") == whole.at("gaussian", "no noise"));
  CHECK(half.at("mixture", "draws") == whole.at("mixture", "draws"));
}

}  // namespace gradzoo
