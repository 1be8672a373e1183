#include "tools/lab/labs/nce_constant.h"

#include <cmath>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("nce-constant: c finds log Z before the density has its modes") {
  const LabResult result = NceConstantLab{.steps = 400, .hidden = 32}.run({.seed = 1});
  const LabTable& table = result.table("noise width");
  REQUIRE(table.rows.size() == 4);
  CHECK(std::abs(table.at("1.2", "c - log Z")) < 0.05);
  CHECK(std::abs(table.at("1.2, early", "c - log Z")) < 0.3);
  CHECK(table.at("1.2, early", "KL, nats") > 0.05);
  CHECK(table.at("1.2", "KL, nats") < table.at("1.2, early", "KL, nats"));
  CHECK(result.pictures.size() == 1);
}

}  // namespace
}  // namespace gradzoo
