#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/experiments/labs/lab.h"

namespace gradzoo {

TEST_CASE("nce-constant: c finds log Z before the density has its modes") {
  const LabResult result = find_lab("nce-constant").run({.seed = 1}, {"steps=400", "hidden=32"});
  const LabTable& table = result.table("noise width");
  REQUIRE(table.rows.size() == 4);
  CHECK(std::abs(table.at("1.2", "c - log Z")) < 0.05);
  CHECK(std::abs(table.at("1.2, early", "c - log Z")) < 0.3);
  CHECK(table.at("1.2, early", "KL, nats") > 0.05);
  CHECK(table.at("1.2", "KL, nats") < table.at("1.2, early", "KL, nats"));
  // E[f - c] of data is their log-density less the KL and what c is off.
  const auto toy = make_toy("ring8", {.noise = 0.2});
  Rng rng(1, "nce_constant_test");
  const double log_p = mean(toy->log_prob(toy->sample(20'000, rng, DType::f64))).item();
  for (const char* noise : {"1.2, early", "1.2"}) {
    const double wanted = log_p - table.at(noise, "KL, nats") - table.at(noise, "c - log Z");
    CHECK(std::abs(table.at(noise, "held-out log p") - wanted) < 0.1);
  }
  CHECK(result.pictures.size() == 1);
}

}  // namespace gradzoo
