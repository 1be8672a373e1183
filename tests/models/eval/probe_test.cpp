#include "gradzoo/models/eval/probe.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;

namespace {

// n of each class: N(0, I) of d numbers, the class's own number (of those below d) moved by `apart`.
LabelledFeatures gaussians(int64_t n, int64_t classes, int64_t d, double apart, Rng& rng) {
  const Tensor labels =
      reshape(broadcast_to(unsqueeze(arange(classes, DType::i64), 0), {n, classes}).clone(), {n * classes});
  const Tensor means = one_hot(labels, d) * apart;
  return {means + randn({n * classes, d}, rng), labels};
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace

TEST_CASE("a probe errs as the best linear classifier of two Gaussians does") {
  Rng rng(3, "probe");
  const double apart = 1.5;  // the means are apart * sqrt 2 from each other
  const LabelledFeatures fit = gaussians(2000, 2, 5, apart, rng), valid = gaussians(1000, 2, 5, apart, rng);
  LabelledFeatures test = gaussians(5000, 2, 5, apart, rng);
  const ProbeResult found = probe(fit, valid, test, 2, 1);
  const double best = normal_cdf(-apart * std::sqrt(2.0) / 2);
  CHECK(found.error.standard_error == approx(std::sqrt(best * (1 - best) / 10'000)).epsilon(0.05));
  CHECK(std::abs(found.error.value - best) < 4 * found.error.standard_error);
  CHECK(std::abs(found.valid_error - best) < 4 * std::sqrt(best * (1 - best) / 2000));
  // The scale and place of features change nothing but rounding.
  const auto moved = [](const LabelledFeatures& some) {
    return LabelledFeatures{some.features * 1000 + 500, some.labels};
  };
  CHECK(probe(moved(fit), moved(valid), moved(test), 2, 1).error.value ==
        approx(found.error.value).epsilon(0.02));
  // Test labels choose nothing: shuffled ones change the error alone.
  const Tensor order = randperm(10'000, rng);
  test.labels = index_select(test.labels, 0, order);
  const ProbeResult of_chance = probe(fit, valid, test, 2, 1);
  CHECK(of_chance.weight_decay == found.weight_decay);
  CHECK(of_chance.valid_error == found.valid_error);
  CHECK(std::abs(of_chance.error.value - 0.5) < 0.025);  // five standard errors
}

TEST_CASE("of few examples with many features a large decay is chosen, and it helps") {
  Rng rng(4, "probe");
  const LabelledFeatures fit = gaussians(20, 3, 200, 2.5, rng), valid = gaussians(500, 3, 200, 2.5, rng),
                         test = gaussians(1000, 3, 200, 2.5, rng);
  const ProbeResult found = probe(fit, valid, test, 3, 1);
  CHECK(found.weight_decay >= 1e-2);
  CHECK(found.error.value < 0.6);  // chance is two thirds; ten standard errors
  CHECK(found.error.value == approx(found.valid_error).epsilon(0.2));
}

TEST_CASE("what cannot be probed is refused") {
  Rng rng(5, "probe");
  const LabelledFeatures some = gaussians(20, 2, 4, 1, rng), wider = gaussians(20, 2, 5, 1, rng);
  CHECK(test::error_message([&] { probe(some, wider, some, 2, 1); }) ==
        "probe: features of 4 and of 5 elements. Hint: give codes from one model");
  const LabelledFeatures broken{some.features / 0.0, some.labels};
  CHECK(test::error_message([&] { probe(some, some, broken, 2, 1); }) ==
        "probe: a feature is not finite. Hint: use a run that did not diverge");
}
