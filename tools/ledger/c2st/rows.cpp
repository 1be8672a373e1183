#include "tools/ledger/c2st/rows.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/random.h"
#include "models/eval/c2st.h"

namespace gradzoo {
namespace {

constexpr double kLevel = 0.05;

// How often two sets of n points in the plane are told apart, the second one moved along the first axis.
double rejections(TwoSampleTest test, int64_t n, double shift, int64_t repeats, uint64_t seed) {
  const Tensor move = tensor({shift, 0}, {1, 2});
  Rng rng(seed, "ledger/c2st");
  int64_t rejected = 0;
  for (int64_t i = 0; i < repeats; ++i) {
    const Tensor a = randn({n, 2}, rng), b = randn({n, 2}, rng) + move;
    if (test(a, b, static_cast<uint64_t>(i)) <= kLevel) ++rejected;
  }
  return static_cast<double>(rejected) / static_cast<double>(repeats);
}

double p_value(const Tensor& a, const Tensor& b, uint64_t seed) { return c2st(a, b, {.seed = seed}).p_value; }

RowResult null_uniform(const RowContext& context) {
  constexpr int64_t kRepeats = 400;
  const double error = std::sqrt(kLevel * (1 - kLevel) / kRepeats);
  return {
      null_rejections(p_value, kRepeats, context.seed), Near{kLevel, 3 * error},
      fmt::format("{} repeats of 100 points of N(0, I) in the plane against 100 others, half of each held "
                  "out, 999 permutations of the held-out logits: share with p <= .05, within 3 SE",
                  kRepeats)};
}

RowResult power(const RowContext& context) {
  constexpr int64_t kRepeats = 100;
  return {shift_rejections(p_value, kRepeats, context.seed), AtLeast{0.9},
          fmt::format("{} repeats of 1000 points of N(0, I) in the plane against 1000 whose mean is moved by "
                      "0.3: share with p <= .05",
                      kRepeats)};
}

}  // namespace

double null_rejections(TwoSampleTest test, int64_t repeats, uint64_t seed) {
  return rejections(test, 100, 0, repeats, seed);
}

double shift_rejections(TwoSampleTest test, int64_t repeats, uint64_t seed) {
  return rejections(test, 1000, 0.3, repeats, seed);
}

std::vector<Row> c2st_rows() {
  return {{"c2st.null_uniform", RowKind::identity,
           "of two sets from one law a classifier's test rejects as often as its level says",
           "permutations of exchangeable logits; Lopez-Paz & Oquab 2017", true, 5, null_uniform},
          {"c2st.power", RowKind::identity, "a mean that is 0.3 standard deviations away is seen",
           "Lopez-Paz & Oquab 2017", true, 10, power}};
}

}  // namespace gradzoo
