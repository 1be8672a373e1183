#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/models/score/objectives.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("score-matching: every objective learns the ring, with ranked noise; none sees weights") {
  const LabResult result =
      find_lab("score-matching").run({.seed = 1}, {"steps=600", "hidden=64", "batches=60"});
  const LabTable& fits = result.table("objective");
  const auto noise = [&](const std::string& objective) { return fits.at(objective, "gradient noise"); };
  const auto same = [&](const LabTable& table, const char* column) {
    return table.at("ism-hutchinson", column) == table.at("ssm-vr", column);
  };
  for (const auto& choice : kScoreObjectives) {
    const std::string objective(choice.name);
    CAPTURE(objective);
    CHECK(fits.at(objective, "KL, nats") < 0.085);  // that of a ring without modes
    if (choice.value != ScoreObjective::esm) CHECK(noise("esm") < noise(objective) / 2);
  }
  CHECK(fits.at("esm", "KL, nats") < fits.at("ssm", "KL, nats"));
  CHECK(noise("ism") < noise("ssm"));
  CHECK(noise("ism-hutchinson") < noise("ssm"));
  CHECK(noise("fd-ssm") == approx(noise("ssm")).epsilon(0.05));
  CHECK(same(fits, "KL, nats"));
  CHECK(same(fits, "gradient noise"));
  CHECK(fits.at("fd-ssm", "MB per step") < fits.at("ssm", "MB per step"));  // no second derivative to keep

  const LabTable& blind = result.table("objective, two modes");
  CHECK(blind.at("truth, weights .5", "Fisher divergence") < 1e-10);
  CHECK(blind.at("truth, weights .5", "KL, nats") ==
        approx(0.8 * std::log(1.6) + 0.2 * std::log(0.4)).epsilon(1e-6));
  CHECK(result.pictures.size() == 2);
}

}  // namespace gradzoo
