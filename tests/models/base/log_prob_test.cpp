#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/abilities.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

Target standard_normal(double t) {
  return {.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }, .data_noise = t};
}

TEST_CASE("a log-density is told up to its constant, of noisy data with such noise added") {
  Rng rng(1, "log_prob_test");
  const LogProb plain = log_prob_by(standard_normal(0));
  CHECK(plain.of(tensor({0, 2, -3}, {3, 1}, DType::f64), rng).to_vector() ==
        std::vector<double>{0, -2, -4.5});
  CHECK((plain.draws == 0 && plain.up_to_constant && !plain.is_bound));
  constexpr int64_t kRows = 20'000;
  const double t = 0.5, x = 2;
  const LogProb noisy = log_prob_by(standard_normal(t));
  CHECK(noisy.draws > 1);
  test::check_says(noisy.meaning, {"x + 0.5 z", "log Z"});
  const double found = mean(noisy.of(full({kRows, 1}, x, DType::f64), rng)).item();
  // E -(x + t z)^2 / 2 = -(x^2 + t^2) / 2, its variance x^2 t^2 + t^4 / 2
  const double sd = std::sqrt(x * x * t * t + std::pow(t, 4) / 2);
  CHECK(std::abs(found + (x * x + t * t) / 2) < 3.9 * sd / std::sqrt(double(kRows)));
}

TEST_CASE("it follows from a target that has a log-density, in parts, and from no other") {
  Rng rng(1, "log_prob_test");
  const Abilities able = with_consequences({.target = standard_normal(0)});
  REQUIRE(able.log_prob);
  const Tensor rows = reshape(arange(600, DType::f64), {600, 1});
  CHECK(max(abs(able.log_prob->of(rows, rng) + reshape(square(rows), {600}) * 0.5)).item() == 0);
  CHECK(able.log_prob->of(cast(rows, DType::f32), rng).dtype() == DType::f64);
  test::check_refused("(n, elements)", [&] { able.log_prob->of(zeros({3}), rng); });
  CHECK_FALSE(with_consequences({.target = {.score = [](const Tensor& x) { return neg(x); }}}).log_prob);
  CHECK_FALSE(with_consequences({.target = standard_normal(0), .needs_label = true}).log_prob);
  LogProb own = log_prob_by(standard_normal(0));
  own.meaning = "its own";
  CHECK(with_consequences({.target = standard_normal(0), .log_prob = own}).log_prob->meaning == "its own");
}

}  // namespace
}  // namespace gradzoo
