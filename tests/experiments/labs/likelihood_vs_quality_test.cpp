#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("likelihood-vs-quality: 99 % noise costs log 100 at most, memory the test points alone") {
  const LabResult result = find_lab("likelihood-vs-quality").run({.seed = 1}, {"dimensions=1,100,1000"});
  const LabTable& lost = result.table("dimensions");
  for (const LabTable::Row& row : lost.rows) {
    const double d = std::stod(row.name);
    CHECK(row.values[0] <= std::log(100.0) + 1e-9);
    // KL(N(0, I) || N(0, s^2 I)) = d (log s + 1/(2 s^2) - 1/2), by 2,000 draws: se (1 - 1/s^2) sqrt(d/4000)
    const double error = 5 * std::sqrt(d / 4000);
    CHECK(std::abs(row.values[1] - d * (std::log(3.0) - 4.0 / 9)) < error * 8 / 9);
    CHECK(std::abs(row.values[2] - d * (std::log(1.1) + 0.5 / 1.21 - 0.5)) < error * 0.21 / 1.21);
  }
  CHECK(lost.at("1000", "10 % too wide") > lost.at("1000", "99 % noise"));
  CHECK(lost.at("100", "10 % too wide") < lost.at("100", "99 % noise"));
  const LabTable& remembered = result.table("kernel width");
  for (size_t i = 1; i < remembered.rows.size(); ++i) {
    CHECK(remembered.rows[i].values[0] < remembered.rows[i - 1].values[0]);
    CHECK(remembered.rows[i].values[1] > remembered.rows[i - 1].values[1]);
  }
  CHECK(remembered.at("0.0003", "log p, test") < -1000);
  // Its own kernel alone: -log(2 pi w^2 n).
  CHECK(remembered.at("0.0003", "log p, training") ==
        approx(-std::log(2 * 3.14159265 * 0.0003 * 0.0003 * 2000)).epsilon(0.01));
  CHECK(result.pictures.size() == 2);
}

}  // namespace gradzoo
