#include "models/nce/correction.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

// Noise is the numbers 0, 1, ..., kinds - 1 in turn; number i has the weight i + 1.
struct Numbered {
  Numbered(int64_t kinds, bool own_pools)
      : noise{[kinds](int64_t n, Rng&) {
                Tensor x = zeros({n, 1});
                for (int64_t i = 0; i < n; ++i) x.mutable_data<float>()[i] = static_cast<float>(i % kinds);
                return x;
              },
              {}},
        weighted{noise, nullptr, [](const Tensor& x) { return log(reshape(x, {x.dim(0)}) + 1.0) - 20.0; },
                 own_pools} {}
  Noise noise;
  Weighted weighted;  // of that noise
};

std::vector<double> counts_of(const Tensor& drawn, int64_t kinds) {
  std::vector<double> counts(static_cast<size_t>(kinds), 0.0);
  for (const double value : drawn.to_vector()) counts[static_cast<size_t>(value)] += 1;
  return counts;
}

double weight_of(int64_t i, int64_t kinds) {
  return static_cast<double>(i + 1) / (static_cast<double>(kinds * (kinds + 1)) / 2);
}

TEST_CASE("of a pool of its own each sample is one by its weight, however small the pool") {
  constexpr int64_t kDrawn = 20'000;
  for (const int64_t pool : {2, 4, 10}) {
    CAPTURE(pool);
    Rng rng(5, "correction_test");
    const auto counts =
        counts_of(drawn_again(Numbered(pool, true).weighted, {.pool = pool}, kDrawn, rng), pool);
    // Each count is binomial; 4.5 standard errors of 16 counts: false alarm 1e-4.
    for (int64_t i = 0; i < pool; ++i) {
      const double p = weight_of(i, pool);
      CHECK(std::abs(counts[static_cast<size_t>(i)] - kDrawn * p) < 4.5 * std::sqrt(kDrawn * p * (1 - p)));
    }
  }
}

TEST_CASE("of one pool for all each point comes as often as its weight says, up to one draw") {
  constexpr int64_t kDrawn = 1000;
  Rng rng(6, "correction_test");
  const auto counts =
      counts_of(drawn_again(Numbered(kDrawn, false).weighted, {.pool = 1}, kDrawn, rng), kDrawn);
  for (int64_t i = 0; i < kDrawn; ++i)
    CHECK(std::abs(counts[static_cast<size_t>(i)] - kDrawn * weight_of(i, kDrawn)) < 1.01);
}

TEST_CASE("rejection keeps each point with the probability w / max w") {
  constexpr int64_t kPoints = 20'000, kKinds = 4;
  const Numbered numbered(kKinds, false);
  Rng rng(7, "correction_test");
  const Tensor points = numbered.noise.sample(kPoints, rng);
  const auto counts = counts_of(kept_by_rejection(numbered.weighted, points, rng), kKinds);
  const double each = kPoints / static_cast<double>(kKinds);
  for (int64_t i = 0; i < kKinds; ++i) {
    const double p = static_cast<double>(i + 1) / kKinds;
    CHECK(std::abs(counts[static_cast<size_t>(i)] - each * p) <= 4.5 * std::sqrt(each * p * (1 - p)));
  }
}

}  // namespace
}  // namespace gradzoo
