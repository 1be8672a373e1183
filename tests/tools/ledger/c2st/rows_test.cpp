#include "tools/ledger/c2st/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "models/eval/c2st.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE(
    "c2st.null_uniform sees an accuracy's normal law under a biased classifier, and p-values in sample") {
  constexpr int64_t kRepeats = 400;
  const double allowed = 3 * std::sqrt(0.05 * 0.95 / kRepeats);
  const auto quick = [](uint64_t seed) { return C2stOptions{.epochs = 5, .permutations = 99, .seed = seed}; };
  CHECK(std::abs(null_rejections([&](const Tensor& a, const Tensor& b,
                                     uint64_t seed) { return c2st(a, b, quick(seed)).p_value; },
                                 kRepeats, 1) -
                 0.05) < allowed);
  const double by_accuracy = null_rejections(
      [&](const Tensor& a, const Tensor& b, uint64_t seed) {
        const C2stResult found = c2st(a, b, quick(seed));
        constexpr double kBias = 1;  // logits here are small
        const double right = mean(cast(gt(found.logits_a, -kBias), DType::f64)).item() +
                             mean(cast(le(found.logits_b, -kBias), DType::f64)).item();
        const double z = (0.5 * right - 0.5) * 2 * std::sqrt(100.0);
        return 0.5 * std::erfc(z / std::sqrt(2.0));
      },
      kRepeats, 1);
  CHECK(std::abs(by_accuracy - 0.05) > allowed);
  const double in_sample = null_rejections(
      [&](const Tensor& a, const Tensor& b, uint64_t seed) {
        Rng rng(seed, "rows_test");  // along the line that parts these very points best
        const Tensor way = mean(a, 0, true) - mean(b, 0, true);
        const auto along = [&](const Tensor& x) { return reshape(matmul(x, way, false, true), {x.dim(0)}); };
        return permutation_p_value(along(a), along(b), 99, rng);
      },
      kRepeats, 1);
  CHECK(in_sample > 0.05 + allowed);
}

TEST_CASE("c2st.power sees a test that looks elsewhere") {
  CHECK(shift_rejections([](const Tensor& a, const Tensor& b,
                            uint64_t seed) { return c2st(a, b, {.seed = seed}).p_value; },
                         10, 1) >= 0.9);
  CHECK(shift_rejections(
            [](const Tensor& a, const Tensor& b, uint64_t seed) {
              return c2st(slice(a, 1, 1, 2), slice(b, 1, 1, 2), {.epochs = 2, .seed = seed}).p_value;
            },
            10, 1) < 0.9);
}

}  // namespace
}  // namespace gradzoo
