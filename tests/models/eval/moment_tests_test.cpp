#include "models/eval/moment_tests.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

TEST_CASE("distances are of means and of squares about the mean of all, in units of both sets together") {
  Rng rng(1, "moment_tests_test");
  const Tensor a = tensor({0, 0, 2, 4}, {2, 2}), b = tensor({4, 0, 6, 4}, {2, 2});
  const MomentTests found = moment_tests(a, b, 19, rng);
  // First numbers 0, 2 and 4, 6: apart by 4, deviation sqrt(5); the second do not differ.
  CHECK(found.mean.distance == approx(4 / std::sqrt(5.0)));
  CHECK(found.variance.distance == approx(0).scale(1));
  const MomentTests wide = moment_tests(tensor({-1, 1}, {2, 1}), tensor({-3, 3, 3, -3}, {4, 1}), 19, rng);
  CHECK(wide.mean.distance == approx(0).scale(1));
  CHECK(wide.variance.distance == approx(8 / (38 / 6.0)));
  // Of images all pixels have one unit.
  const Tensor dark = tensor({0, 0, 0, 2}, {2, 1, 2}), light = tensor({0, 4, 0, 6}, {2, 1, 2});
  CHECK(moment_tests(dark, light, 19, rng).mean.distance == approx(4 / std::sqrt(5.0 / 2)));
}

TEST_CASE("with few examples the p-value is that of all relabellings, ties among them") {
  Rng rng(2, "moment_tests_test");
  // Of the 6 choices of two in 0, 0, 1, 1 two have the means as far apart.
  const MomentTests found = moment_tests(tensor({0, 0}, {2, 1}), tensor({1, 1}, {2, 1}), 20'000, rng);
  CHECK(std::abs(found.mean.p_value - 1 / 3.0) < 3.9 * std::sqrt(2.0 / 9 / 20'000));
  CHECK(found.variance.p_value == 1);  // each square is the same
  const MomentTests equal = moment_tests(ones({3, 2}), ones({4, 2}), 99, rng);
  CHECK((equal.mean.p_value == 1 && equal.variance.p_value == 1));
}

TEST_CASE("of one law p-values are uniform; a shift is the mean's, a width the variance's") {
  constexpr int64_t kSets = 200, kRelabellings = 99;
  double of_means = 0, of_variances = 0;
  for (int64_t i = 0; i < kSets; ++i) {
    Rng rng(static_cast<uint64_t>(i), "moment_tests_test");
    const Tensor a = randn({30, 3}, rng), b = randn({20, 3}, rng);
    const MomentTests found = moment_tests(a, b, kRelabellings, rng);
    of_means += found.mean.p_value / kSets;
    of_variances += found.variance.p_value / kSets;
  }
  const double sd = std::sqrt(1 / 12.0 / kSets);
  CHECK(std::abs(of_means - 0.505) < 3.9 * sd);
  CHECK(std::abs(of_variances - 0.505) < 3.9 * sd);
  Rng rng(3, "moment_tests_test");
  const Tensor a = randn({300, 2}, rng), b = randn({300, 2}, rng);
  const MomentTests moved = moment_tests(a, b + 0.5, kRelabellings, rng);
  CHECK(moved.mean.p_value == approx(0.01));
  // Of sets of one size a shift adds to neither's squares more than to the other's: only the unit grows.
  const double before = moment_tests(a, b, kRelabellings, rng).variance.distance;
  CHECK(moved.variance.distance < before);
  CHECK(moved.variance.distance > 0.9 * before);
  const MomentTests wider = moment_tests(a, b * 1.5, kRelabellings, rng);
  CHECK(wider.variance.p_value == approx(0.01));
  CHECK(wider.mean.p_value > 0.05);
}

}  // namespace
}  // namespace gradzoo
