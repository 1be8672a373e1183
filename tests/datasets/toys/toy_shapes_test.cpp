#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "datasets/toys/toy.h"
#include "support/error_message.h"

using namespace gradzoo;
using test::contains;
using test::error_message;

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
  CHECK_MESSAGE(contains(error_message([&] { toy->log_prob(x); }), "probabilities and no density"), "");
}

TEST_CASE("checkerboard has a density and says why it has no score") {
  const auto toy = make_toy("checkerboard");
  const Tensor x = tensor({-1.5, -1.5, -1.5, -0.5, 0.5, 0.5, 2.5, 0.5}, {4, 2});
  const std::vector<double> log_p = toy->log_prob(x).to_vector();
  CHECK(log_p[0] == doctest::Approx(-std::log(8)));
  CHECK(log_p[1] == -INFINITY);
  CHECK(log_p[2] == doctest::Approx(-std::log(8)));
  CHECK(log_p[3] == -INFINITY);
  CHECK(toy->why_no_density().empty());
  const std::string why = error_message([&] { toy->score(x); });
  CHECK_MESSAGE(contains(why, "does not vanish at its boundary"), why);
}
