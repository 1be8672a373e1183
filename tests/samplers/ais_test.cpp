#include "gradzoo/samplers/ais.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// exp(-c x^2 / 2) on the line: log Z = log(2 pi / c) / 2.
Target bowl(double curvature) {
  return {.log_prob = [curvature](const Tensor& x) { return sum(square(x), 1) * (-0.5 * curvature); }};
}

Doubles ladder(int64_t count, bool upwards = true) {
  Doubles out;
  for (int64_t k = 0; k < count; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count - 1);
    out.push_back(upwards ? share : 1 - share);
  }
  return out;
}

// From N(0, 1) to N(0, 1/4), each without its constant: Z_1/Z_0 = 1/2.
constexpr double kTruth = -0.6931471805599453;
AisEstimate between_bowls(int64_t chains, bool upwards, uint64_t seed, int64_t temperatures = 30) {
  Rng rng(seed, "test/ais");
  RandomWalk sampler({.step = 0.8});
  TargetPath path(bowl(1), bowl(4), sampler);
  const Tensor x = randn({chains, 1}, rng, DType::f64) * (upwards ? 1.0 : 0.5);
  return annealed_importance_sampling(path, x, ladder(temperatures, upwards), rng);
}

// A path whose weights are given beforehand and whose chains stay.
class FixedPath : public AnnealingPath {
 public:
  explicit FixedPath(const Tensor& weights) : weights_(weights) {}
  Tensor advance(Tensor&, double from, double to, Rng&) override { return weights_ * (to - from); }

 private:
  Tensor weights_;
};

TEST_CASE("the ratio of two Gaussians' constants comes out, up and down, within its own standard error") {
  const AisEstimate up = between_bowls(4000, true, 1), down = between_bowls(4000, false, 2);
  CHECK(std::abs(up.log_ratio - kTruth) < 4.1 * up.error);  // false alarm 8e-5 for both
  CHECK(std::abs(down.log_ratio + kTruth) < 4.1 * down.error);
  CHECK(up.error < 0.02);
  CHECK(up.ess > 0.5);
  CHECK(up.ess <= 1);
  // At the end they have the last density's law: variance 1/4.
  CHECK(std::abs(mean(square(up.x)).item() - 0.25) < 4.1 * 0.25 * std::sqrt(2.0 / 4000));
}

TEST_CASE("the mean weight is unbiased, the mean log-weight below: up and down bracket the truth") {
  const AisEstimate up = between_bowls(3000, true, 3, 6), down = between_bowls(3000, false, 4, 6);
  CHECK(mean(up.log_weights).item() < kTruth);
  CHECK(-mean(down.log_weights).item() > kTruth);
  // Jensen's gap, of few temperatures, is much wider than the error of the unbiased estimate.
  CHECK(kTruth - mean(up.log_weights).item() > 5 * up.error);
  CHECK(std::abs(up.log_ratio - kTruth) < 4.1 * up.error);
}

TEST_CASE("one jump without a transition between is importance sampling") {
  const AisEstimate jump = between_bowls(1000, true, 5, 2);
  Rng rng(5, "test/ais");
  const Tensor x = randn({1000, 1}, rng, DType::f64);
  const Tensor w = sum(square(x), 1) * -1.5;
  CHECK(max_error(jump.log_weights, w.to_vector()) < 1e-14);
  CHECK(jump.log_ratio == approx(std::log(mean(exp(w)).item())).epsilon(1e-12));
}

TEST_CASE("the summary is that of the weights: mean, error by the delta method, effective share") {
  FixedPath path(tensor({std::log(1.0), std::log(3.0)}, {2}, DType::f64) + 1000.0);  // far beyond exp's range
  Rng rng(1);
  const AisEstimate found = annealed_importance_sampling(path, zeros({2, 1}, DType::f64), ladder(2), rng);
  CHECK(found.log_ratio == approx(1000 + std::log(2.0)));
  CHECK(found.error == approx(std::sqrt(2.0 / 2) / 2));  // variance 2 of 1 and 3
  CHECK(found.ess == approx(4.0 / 5));                   // (4 / 2)^2 / (10 / 2)
  const Tensor one_lost = tensor({-kInf, 0}, {2}, DType::f64);
  FixedPath lost(one_lost);
  CHECK(annealed_importance_sampling(lost, zeros({2, 1}), ladder(2), rng).log_ratio == approx(std::log(0.5)));
}

TEST_CASE("twenty chains tell their weights at about a hundred temperatures, first and last among them") {
  FixedPath path(arange(30, DType::f64));
  Rng rng(1);
  const AisEstimate found = annealed_importance_sampling(path, zeros({30, 1}), ladder(1001), rng);
  REQUIRE(found.history.size() == 20);
  CHECK(found.recorded_betas.size() >= 90);
  CHECK(found.recorded_betas.size() <= 102);
  CHECK(found.recorded_betas.front() == 0);
  CHECK(found.recorded_betas.back() == 1);
  for (size_t k = 0; k < found.recorded_betas.size(); ++k)
    CHECK(found.history[7][k] == approx(7 * found.recorded_betas[k]));
  const AisEstimate few = annealed_importance_sampling(path, zeros({30, 1}), ladder(4), rng);
  CHECK(few.history[0].size() == 4);
}

TEST_CASE("the chains that are given stay as they are") {
  const Tensor x = wave({5, 1});
  const Doubles before = x.to_vector();
  Rng rng(1);
  RandomWalk sampler;
  TargetPath path(bowl(1), bowl(2), sampler);
  annealed_importance_sampling(path, x, ladder(5), rng);
  CHECK(x.to_vector() == before);
}

TEST_CASE("temperatures out of order or range, chains that are not finite and lost weights are refused") {
  Rng rng(1);
  RandomWalk sampler;
  TargetPath path(bowl(1), bowl(2), sampler);
  const auto refusal = [&](const Tensor& x, const Doubles& betas, AnnealingPath& on) {
    return error_message([&] { annealed_importance_sampling(on, x, betas, rng); });
  };
  const Tensor x = zeros({2, 1}, DType::f64);
  CHECK(contains(refusal(x, {1}, path), "1 temperatures. Hint: use two or more"));
  CHECK(contains(refusal(x, {0, 1.5}, path), "1.5 is outside [0, 1]"));
  CHECK(contains(refusal(x, {0, std::nan("")}, path), "outside [0, 1]"));
  CHECK(contains(refusal(x, {0, 0.7, 0.3, 1}, path), "up and down"));
  CHECK(contains(refusal(tensor({0, NAN}, {2, 1}, DType::f64), {0, 1}, path), "not finite"));
  CHECK(contains(refusal(zeros({0, 1}), {0, 1}, path), "(B, d)"));
  CHECK(contains(refusal(zeros({3}), {0, 1}, path), "(B, d)"));
  FixedPath lost(tensor({0, NAN}, {2}, DType::f64)), wild(tensor({kInf, 0}, {2}, DType::f64)),
      empty(full({2}, -kInf, DType::f64));
  CHECK(contains(refusal(x, {0, 1}, lost), "chain 1 has weight nan"));
  CHECK(contains(refusal(x, {0, 1}, wild), "chain 0 has weight inf"));
  CHECK(contains(refusal(x, {0, 1}, empty), "every weight is 0"));
}

}  // namespace
}  // namespace gradzoo
