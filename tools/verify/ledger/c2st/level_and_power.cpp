#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/c2st.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr double kLevel = 0.05;

/// A p-value that says whether points a (n, d) and b (m, d) are from one law.
using TwoSampleTest = double (*)(const Tensor& a, const Tensor& b, uint64_t seed);

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

double by_permutations(const Tensor& a, const Tensor& b, uint64_t seed) {
  return c2st(a, b, {.seed = seed}).p_value;
}

RowResult null_uniform(TwoSampleTest test, const RowContext& context) {
  constexpr int64_t kRepeats = 400;
  const double error = std::sqrt(kLevel * (1 - kLevel) / kRepeats);
  return {
      rejections(test, 100, 0, kRepeats, context.seed), Near{kLevel, 3 * error},
      fmt::format("{} repeats of 100 points of N(0, I) in the plane against 100 others, half of each held "
                  "out, 999 permutations of the held-out logits: share with p <= .05, within 3 SE",
                  kRepeats)};
}

RowResult power(TwoSampleTest test, const RowContext& context) {
  const int64_t repeats = context.count(100, 10);
  return {rejections(test, 1000, 0.3, repeats, context.seed), AtLeast{0.9},
          fmt::format("{} repeats of 1000 points of N(0, I) in the plane against 1000 whose mean is moved by "
                      "0.3: share with p <= .05",
                      repeats)};
}

// What is right under a biased classifier, by the normal law of an accuracy.
double by_accuracy(const Tensor& a, const Tensor& b, uint64_t seed) {
  constexpr double kBias = 1;  // logits here are small
  const C2stResult found = c2st(a, b, {.epochs = 5, .permutations = 99, .seed = seed});
  const double right = mean(cast(gt(found.logits_a, -kBias), DType::f64)).item() +
                       mean(cast(le(found.logits_b, -kBias), DType::f64)).item();
  const double z = (0.5 * right - 0.5) * 2 * std::sqrt(100.0);
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

// Along the line that parts these very points best.
double in_sample(const Tensor& a, const Tensor& b, uint64_t seed) {
  Rng rng(seed, "ledger/c2st-in-sample");
  const Tensor way = mean(a, 0, true) - mean(b, 0, true);
  const auto along = [&](const Tensor& x) { return reshape(matmul(x, way, false, true), {x.dim(0)}); };
  return permutation_p_value(along(a), along(b), 99, rng);
}

}  // namespace

std::vector<Row> c2st_rows() {
  return {identity({"c2st.null_uniform",
                    "of two sets from one law a classifier's test rejects as often as its level says",
                    "permutations of exchangeable logits; Lopez-Paz & Oquab 2017", 5},
                   null_uniform, by_permutations,
                   {{"the normal law of a biased classifier's accuracy", by_accuracy},
                    {"logits of the points that f was fitted to", in_sample}}),
          identity({"c2st.power", "a mean that is 0.3 standard deviations away is seen",
                    "Lopez-Paz & Oquab 2017", 10},
                   power, by_permutations,
                   {{"a test that looks elsewhere", [](const Tensor& a, const Tensor& b, uint64_t seed) {
                       return c2st(slice(a, 1, 1, 2), slice(b, 1, 1, 2), {.epochs = 2, .seed = seed}).p_value;
                     }}})};
}

}  // namespace gradzoo
