#include "gradzoo/models/eval/c2st.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;

TEST_CASE("a permutation's p-value is its exact law's: all relabellings of six values") {
  // a = {5, 3}, b = {4, 1, 0, 2}: of 15 pairs, those with a sum of 8 or more are (5,3) and (5,4).
  Rng rng(2, "c2st_test");
  constexpr int64_t kDraws = 20'000;
  const double p = permutation_p_value(tensor({5, 3}, {2}), tensor({4, 1, 0, 2}, {4}), kDraws, rng);
  CHECK(std::abs(p - 2.0 / 15) < 4 * std::sqrt(2.0 / 15 * 13 / 15 / kDraws));
  // The other way round: 1 less those above.
  const double other = permutation_p_value(tensor({4, 1, 0, 2}, {4}), tensor({5, 3}, {2}), kDraws, rng);
  CHECK(std::abs(other - 14.0 / 15) < 4 * std::sqrt(14.0 / 15 / 15 / kDraws));
  CHECK(permutation_p_value(ones({4}) * 0.1, ones({7}) * 0.1, 50, rng) == 1);
}

TEST_CASE("sets of unequal sizes are held apart, and what was held out is told by its rows") {
  Rng rng(3, "c2st_test");
  const Tensor a = randn({60, 3}, rng), b = randn({400, 3}, rng) + 2.0;
  const C2stResult found = c2st(a, b, {.held_out = 0.25});
  CHECK(found.rows_a.shape() == Shape{15});
  CHECK(found.logits_b.shape() == Shape{100});
  CHECK(found.p_value == approx(0.001));
  CHECK(found.accuracy > 0.95);
  CHECK(found.statistic == approx(mean(found.logits_a).item() - mean(found.logits_b).item()));
  const std::vector<double> rows = found.rows_b.to_vector();
  std::vector<double> sorted = rows;
  std::ranges::sort(sorted);
  CHECK(std::ranges::adjacent_find(sorted) == sorted.end());
  CHECK(sorted.back() < 400);
  // The same seed, the same result.
  CHECK(c2st(a, b, {.held_out = 0.25}).logits_a.to_vector() == found.logits_a.to_vector());
  CHECK(c2st(a, b, {.held_out = 0.25, .seed = 1}).logits_a.to_vector() != found.logits_a.to_vector());
}

TEST_CASE("a number that one set alone has is seen, however still it is in the other") {
  Rng rng(5, "c2st_test");
  const auto beside = [&](double width) {
    return concat(randn({100, 1}, rng), randn({100, 1}, rng) * width, 1);
  };
  for (const bool turned : {false, true}) {
    const Tensor still = beside(0), moving = beside(1);
    const C2stResult found = turned ? c2st(moving, still) : c2st(still, moving);
    CHECK(found.p_value < 0.01);
    CHECK(max(abs(found.logits_a)).item() < 1e3);
    CHECK(max(abs(found.logits_b)).item() < 1e3);
  }
}

TEST_CASE("equal rows have equal logits wherever they stand: sets of one row each are never told apart") {
  Rng rng(6, "c2st_test");
  const auto all_equal = [](const C2stResult& found) {
    const Tensor logits = concat(found.logits_a, found.logits_b, 0);
    return found.p_value == 1 && max(logits).item() == min(logits).item();
  };
  for (const int64_t n : {21, 63, 130}) {
    const Tensor point = randn({1, 5}, rng), image = rand({1, 8, 8}, rng);
    for (uint64_t seed = 0; seed < 4; ++seed) {
      CHECK(all_equal(c2st(broadcast_to(point, {n, 5}).clone(), broadcast_to(point, {2 * n, 5}).clone(),
                           {.epochs = 2, .seed = seed})));
      CHECK(all_equal(c2st(broadcast_to(image, {n, 8, 8}).clone(), broadcast_to(image, {n, 8, 8}).clone(),
                           {.epochs = 2, .seed = seed})));
    }
  }
}

TEST_CASE("of rows that repeat themselves the test rejects no more often than its level says") {
  // Four different rows in all: ties reach the statistic, which makes p larger, never smaller.
  constexpr int64_t kRepeats = 400;
  Rng rng(7, "c2st_test");
  int64_t rejected = 0;
  for (int64_t i = 0; i < kRepeats; ++i) {
    const auto bits = [&] { return bernoulli(full({50, 2}, 0.5), rng); };
    const auto seed = static_cast<uint64_t>(i);
    rejected += c2st(bits(), bits(), {.epochs = 5, .permutations = 99, .seed = seed}).p_value <= 0.05 ? 1 : 0;
  }
  CHECK(static_cast<double>(rejected) / kRepeats < 0.05 + 3 * std::sqrt(0.05 * 0.95 / kRepeats));
  CHECK(rejected > 0);
}

TEST_CASE("the scale of the numbers does not matter: what is seen at 1 is seen at 1e25 and at 1e-25") {
  Rng rng(8, "c2st_test");
  const Tensor a = randn({200, 2}, rng), b = randn({200, 2}, rng) + 1.0;
  const double seen = c2st(a, b).statistic;
  CHECK(seen > 0.5);
  for (const double scale : {1e25, 1e-25, 1e37}) {
    const C2stResult found = c2st(a * scale, b * scale);
    CAPTURE(scale);
    CHECK(found.p_value == approx(0.001));
    CHECK(found.statistic == approx(seen).epsilon(0.05));
  }
  const Tensor image = rand({40, 8, 8}, rng) * 1e30;
  CHECK(c2st(image, image * 0.5).p_value < 0.01);
}

TEST_CASE("images that differ in where their ink is are told apart, and images of one kind are not") {
  Rng rng(4, "c2st_test");
  const auto images = [&](double shift) {
    Tensor x = rand({120, 8, 8}, rng);
    float* values = x.mutable_data<float>();
    for (int64_t i = 0; i < x.size(); ++i)
      if (i % 8 == 2) values[i] += static_cast<float>(shift);
    return x;
  };
  CHECK(c2st(images(0), images(1)).p_value < 0.01);
  CHECK(c2st(images(0), images(0)).p_value > 0.001);
  const Tensor tiny = slice(images(0), 1, 0, 3), other = slice(images(1), 1, 0, 3);
  CHECK(c2st(tiny, other).p_value < 0.01);
}

TEST_CASE("coloured images of one brightness that differ in colour alone are told apart") {
  Rng rng(9, "c2st_test");
  const auto images = [&](double red) {
    const Tensor tint = tensor({red, 0.5, 1 - red}, {3});
    return clamp(rand({80, 8, 8, 3}, rng) * 0.5 + tint * 0.5, 0, 1);
  };
  CHECK(c2st(images(0.3), images(0.7)).p_value < 0.01);
  CHECK(c2st(images(0.3), images(0.3)).p_value > 0.001);
}

TEST_CASE("sets of different widths, too few examples and numbers that are none are refused") {
  check_refused("two sets of one width", [] { c2st(zeros({30, 2}), zeros({30, 3})); });
  check_refused("7 examples. Hint: give 20", [] { c2st(zeros({30, 2}), zeros({7, 2})); });
  check_refused("not finite", [] { c2st(zeros({30, 2}), full({30, 2}, NAN)); });
  check_refused("points (n, d)", [] { c2st(zeros({30}), zeros({30})); });
  check_refused("held_out 1", [] { c2st(zeros({30, 2}), zeros({30, 2}), {.held_out = 1}); });
}

}  // namespace gradzoo
