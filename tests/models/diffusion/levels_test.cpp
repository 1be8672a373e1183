#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "models/diffusion/diffusion.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {

TEST_CASE("the ratio of levels is that of the rule, and the paper's for its images") {
  const auto normal_cdf = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  for (const int64_t d : {100, 784, 3072}) {
    const double g = level_ratio(d), width = std::sqrt(2.0 * static_cast<double>(d));
    CHECK(normal_cdf(width * (g - 1) + 3 * g) - normal_cdf(width * (g - 1) - 3 * g) == approx(0.5));
  }
  // Song & Ermon 2020 take 232 levels from 50 to .01 for 32 x 32 x 3.
  CHECK(level_count(50, 0.01, 3072) > 200);
  CHECK(level_count(50, 0.01, 3072) < 260);
  CHECK(level_ratio(2) == approx(2));
  CHECK(level_count(1.01, 1, 2) == 2);
  // Ten steps of the ratio are between eleven levels.
  CHECK(level_count(std::pow(level_ratio(784), 10), 1, 784) == 11);
}

TEST_CASE("the step brings a level's Gaussian nearest to the next one's") {
  const auto variance = [](double e, double ratio, int64_t repeats) {
    double v = ratio * ratio;
    for (int64_t i = 0; i < repeats; ++i) v = (1 - e) * (1 - e) * v + 2 * e;
    return v;
  };
  for (const double ratio : {1.04, 1.5, 2.0})
    for (const int64_t repeats : {1, 5, 100}) {
      const double e = level_step(ratio, repeats), found = variance(e, ratio, repeats);
      CHECK(found >= 1);
      CHECK(found <= variance(e * 1.1, ratio, repeats) + 1e-12);
      CHECK(found <= variance(e / 1.1, ratio, repeats) + 1e-12);
    }
  // Their own epsilon of 6.2e-6 at sigma .01, five steps a level.
  CHECK(level_step(std::pow(5000, 1 / 231.0), 5) == approx(0.062).epsilon(0.1));
}

TEST_CASE("a model of noise levels begins with as many as its data ask for, and with their best step") {
  const DataShape images{.example = {8, 8}};
  const auto chosen = [&](const char* key) {
    return std::stod(
        test::option_text("ncsn", {"sigma_begin=20", "sigma_end=0.01", "level_repeats=20"}, images, key));
  };
  const int64_t count = level_count(20, 0.01, 64);
  CHECK(chosen("sample_steps") == static_cast<double>(count));
  const double ratio = std::pow(20 / 0.01, 1 / static_cast<double>(count));
  CHECK(chosen("level_step") == approx(level_step(ratio, 20)).epsilon(0.01));
}

TEST_CASE("levels that do not fall are refused") {
  test::check_refused("the first the largest", [] { level_count(1, 2, 784); });
}

}  // namespace gradzoo
