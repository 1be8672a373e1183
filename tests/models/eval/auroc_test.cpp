#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/estimate.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

// The share of the pairs that the positive wins, ties by half: (n, m) of them.
Tensor wins(const Tensor& positive, const Tensor& negative) {
  const Tensor p = reshape(positive, {positive.size(), 1}), q = reshape(negative, {1, negative.size()});
  return cast(gt(p, q), DType::f64) + cast(eq(p, q), DType::f64) * 0.5;
}

double area(const RocCurve& curve) {
  double sum = 0;
  for (size_t i = 1; i < curve.true_positives.size(); ++i)
    sum += (curve.false_positives[i] - curve.false_positives[i - 1]) *
           (curve.true_positives[i] + curve.true_positives[i - 1]) / 2;
  return sum;
}

TEST_CASE("the area is the share of all pairs that a positive wins, and its error DeLong's, ties or none") {
  Rng rng(1, "auroc_test");
  for (const double rounding : {0.0, 2.0, 0.5}) {  // of the scores: 0 leaves no ties
    CAPTURE(rounding);
    const auto scores = [&](int64_t n, double centre) {
      const Tensor x = randn({n}, rng, DType::f64) + centre;
      return rounding > 0 ? round(x * rounding) : x;
    };
    const Tensor positive = scores(83, 0.7), negative = scores(131, 0);
    const Tensor pairs = wins(positive, negative);
    const Estimate found = auroc(positive, negative);
    CHECK(found.value == approx(mean(pairs).item()).epsilon(1e-12));
    const double error = std::sqrt(var(mean(pairs, 1)).item() / 83 + var(mean(pairs, 0)).item() / 131);
    CHECK(found.standard_error == approx(error).epsilon(1e-10));
    CHECK(area(roc_curve(positive, negative)) == approx(found.value).epsilon(1e-12));
    CHECK(auroc(negative, positive).value == approx(1 - found.value).epsilon(1e-12));
    CHECK(auroc(neg(negative), neg(positive)).value == approx(found.value).epsilon(1e-12));
  }
}

TEST_CASE("of two normals d apart the area is Phi(d / sqrt 2), within its own error") {
  Rng rng(2, "auroc_test");
  const double distance = 0.8, truth = 0.5 * std::erfc(-distance / 2);
  double squares = 0;
  constexpr int kRepeats = 200;
  for (int i = 0; i < kRepeats; ++i) {
    const Estimate found = auroc(randn({150}, rng, DType::f64) + distance, randn({90}, rng, DType::f64));
    const double z = (found.value - truth) / found.standard_error;
    squares += z * z;
  }
  // chi squared of 200 degrees lies in [129, 286] but for 1 in 10,000
  CHECK(squares > 129);
  CHECK(squares < 286);
}

TEST_CASE("sets that do not overlap, that are equal, and infinite scores") {
  const Tensor high = tensor({3, 4, 5}, {3}), low = tensor({1, 2}, {2});
  CHECK(auroc(high, low).value == 1);
  CHECK(auroc(high, low).standard_error == 0);
  CHECK(auroc(low, high).value == 0);
  CHECK(auroc(ones({4}), ones({7})).value == 0.5);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(auroc(tensor({infinity, 0}, {2}), tensor({-infinity, infinity}, {2})).value == (1.5 + 1) / 4);
  CHECK(std::isnan(auroc(ones({1}), low).standard_error));
}

TEST_CASE("the curve goes from (0, 0) to (1, 1), a point for each score, ties slanting") {
  const RocCurve curve = roc_curve(tensor({3, 2, 2}, {3}), tensor({2, 1}, {2}));
  CHECK(curve.false_positives == std::vector<double>{0, 0, 0.5, 1});
  CHECK(curve.true_positives == std::vector<double>{0, 1.0 / 3, 1, 1});
}

TEST_CASE("what is caught where 5 % of negatives are: all above the highest threshold so few reach") {
  // negatives 1 ... 40: two of them, 39 and 40, are 5 %
  const RocCurve curve = roc_curve(tensor({38, 38.5, 39, 45, 12}, {5}), arange(40, DType::f64) + 1.0);
  CHECK(true_positives_at(curve, 0.05) == 0.6);  // 38.5, 39, 45
  CHECK(true_positives_at(curve, 0.049) == 0.2);
  CHECK(true_positives_at(curve, 0) == 0.2);
  CHECK(true_positives_at(curve, 1) == 1);
  Rng rng(3, "auroc_test");
  const Tensor positive = randn({300}, rng, DType::f64) + 1.0, negative = randn({200}, rng, DType::f64);
  std::vector<double> highest = negative.to_vector();
  std::ranges::sort(highest, std::greater<>());
  const Tensor eleventh = full({1}, highest[10], DType::f64);  // ten of 200 lie above it
  CHECK(true_positives_at(roc_curve(positive, negative), 0.05) ==
        approx(mean(cast(gt(positive, eleventh), DType::f64)).item()).epsilon(1e-12));
}

TEST_CASE("no example and a score that is not a number are refused") {
  check_refused("positive scores are", [] { auroc(zeros({0}), ones({2})); });
  check_refused("negative scores are", [] { auroc(ones({2}), zeros({2, 1})); });
  check_refused("not a number", [] { roc_curve(ones({2}), full({2}, NAN)); });
}

}  // namespace
}  // namespace gradzoo
