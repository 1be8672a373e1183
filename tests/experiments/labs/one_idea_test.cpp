#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/models/networks/noise_path.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("one-idea: four readings are one, errors are in ratio, five solvers reach the same modes") {
  const LabResult result =
      find_lab("one-idea").run({.seed = 1}, {"steps=2000", "samples=800", "walk_steps=40"});
  const LabTable& readings = result.table("time t");
  REQUIRE(readings.rows.size() == 5);
  for (const LabTable::Row& row : readings.rows) {
    CAPTURE(row.name);
    const auto value = [&](const char* column) { return readings.at(row.name, column); };
    const Mixing at = cosine_path()(std::stod(row.name));
    const double noise = value("error: noise");
    CHECK(value("data in x_t") == approx(at.data));
    CHECK(noise < 0.5);  // guessing 0 has an error of about 1
    CHECK(value("error: denoised") == approx(noise * at.noise / at.data));
    CHECK(value("error: score") == approx(noise / at.noise));
    CHECK(value("error: velocity") ==
          approx(noise * std::abs(at.noise_slope - at.data_slope * at.noise / at.data)));
    CHECK(value("round trip") < 1e-12);
  }
  const LabTable& solvers = result.table("solver");
  for (const LabTable::Row& row : solvers.rows) {
    CAPTURE(row.name);
    CHECK(solvers.at(row.name, "modes") == 8);
    CHECK(solvers.at(row.name, "near a mode") > 0.4);
  }
  CHECK(solvers.at("annealed Langevin", "near a mode") > solvers.at("ancestral", "near a mode") - 0.05);
  // Heun asks twice a step, Langevin twenty times.
  const std::pair<const char*, double> asked[] = {{"probability flow, Heun", 80},
                                                  {"probability flow, Euler", 40},
                                                  {"DDIM", 40},
                                                  {"ancestral", 40},
                                                  {"annealed Langevin", 800}};
  for (const auto& [name, evaluations] : asked) CHECK(solvers.at(name, "evaluations") == evaluations);
  CHECK(solvers.at("probability flow, Heun", "from Heun's") == 0);
  CHECK(solvers.at("DDIM", "from Heun's") < 0.1);
  CHECK(solvers.at("ancestral", "from Heun's") > 0.7);
  CHECK(solvers.at("annealed Langevin", "from Heun's") > 0.7);
}

}  // namespace gradzoo
