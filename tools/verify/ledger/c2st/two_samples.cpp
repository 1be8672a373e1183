#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/c2st.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr double kLevel = 0.05;

/// Returns the p-value of the hypothesis that a (n, d) and b (m, d) come from one distribution.
using TwoSampleTest = double (*)(const Tensor& a, const Tensor& b, uint64_t seed);

// Returns the share of rejections for two sets of n points, the second one shifted along the first axis.
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
  return {rejections(test, 100, 0, kRepeats, context.seed), Near{kLevel, 3 * error},
          fmt::format("{} repetitions: two sets of 100 points of N(0, I) in the plane, half of each held "
                      "out, 999 permutations of the logits; value: share of p-values up to 0.05, within 3 SE",
                      kRepeats)};
}

RowResult power(TwoSampleTest test, const RowContext& context) {
  const int64_t repeats = context.count(100, 10);
  return {rejections(test, 1000, 0.3, repeats, context.seed), AtLeast{0.9},
          fmt::format("{} repetitions: two sets of 1000 points of N(0, I) and N((0.3, 0), I); value: share "
                      "of p-values up to 0.05",
                      repeats)};
}

// The normal approximation of the accuracy of a biased classifier.
double by_accuracy(const Tensor& a, const Tensor& b, uint64_t seed) {
  constexpr double kBias = 1;  // logits here are small
  const C2stResult found = c2st(a, b, {.epochs = 5, .permutations = 99, .seed = seed});
  const double right = mean(cast(gt(found.logits_a, -kBias), DType::f64)).item() +
                       mean(cast(le(found.logits_b, -kBias), DType::f64)).item();
  const double z = (0.5 * right - 0.5) * 2 * std::sqrt(100.0);
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

// Tests the points along the direction that separates these same points best.
double in_sample(const Tensor& a, const Tensor& b, uint64_t seed) {
  Rng rng(seed, "ledger/c2st-in-sample");
  const Tensor way = mean(a, 0, true) - mean(b, 0, true);
  const auto along = [&](const Tensor& x) { return reshape(matmul(x, way, false, true), {x.dim(0)}); };
  return permutation_p_value(along(a), along(b), 99, rng);
}

}  // namespace

Rows c2st_rows() {
  return {identity({"c2st.null_uniform",
                    "the classifier two-sample test rejects equal distributions at the rate of its level",
                    "exchangeability of the held-out logits; Lopez-Paz & Oquab 2017", 5},
                   null_uniform, by_permutations,
                   {{"the normal approximation of a biased classifier's accuracy", by_accuracy},
                    {"logits of the training points", in_sample}}),
          identity({"c2st.power", "the two-sample test detects a mean shifted by 0.3 standard deviations",
                    "Lopez-Paz & Oquab 2017", 10},
                   power, by_permutations,
                   {{"a test of the coordinate that was not shifted", [](auto& a, auto& b, uint64_t seed) {
                       return c2st(slice(a, 1, 1, 2), slice(b, 1, 1, 2), {.epochs = 2, .seed = seed}).p_value;
                     }}})};
}

namespace {

using FrechetFn = double (*)(const Moments& a, const Moments& b);

/// Returns the largest relative difference of `distance` between Gaussians with common eigenvectors and the
/// closed form |m - m'|^2 + sum_i (s_i - s'_i)^2.
RowResult closed_form(FrechetFn distance, const RowContext&) {
  Rng rng(1, "ledger/frechet");
  constexpr int64_t kDimensions = 12;
  // A reflection Q = I - 2 v v^T / v^T v, so that the covariances are full.
  const Tensor v = randn({kDimensions, 1}, rng, DType::f64);
  const Tensor turn = eye(kDimensions, DType::f64) - matmul(v, v, false, true) * (2 / sum(square(v)).item());
  const auto gaussian = [&](const Tensor& mean, const Tensor& std) {
    return Moments{mean, matmul(turn * square(std), turn)};
  };
  double worst = 0;
  for (int i = 0; i < 5; ++i) {
    const Tensor m = randn({kDimensions}, rng, DType::f64), n = randn({kDimensions}, rng, DType::f64);
    const Tensor s = rand({kDimensions}, rng, DType::f64) * 3.0, r = rand({kDimensions}, rng, DType::f64);
    const double closed = sum(square(m - n)).item() + sum(square(s - r)).item();
    worst = std::max(worst, relative_error(distance(gaussian(m, s), gaussian(n, r)), closed));
  }
  return {worst, AtMost{1e-10},
          "five pairs of Gaussians in 12 dimensions, commuting covariances; value: largest relative error"};
}

RowResult same_set(FrechetFn distance, const RowContext&) {
  Rng rng(1, "ledger/frechet");
  const Moments moments = moments_of(randn({300, 40}, rng, DType::f64));
  return {distance(moments, moments), AtMost{1e-9}, "300 points in 40 dimensions; value: the distance"};
}

double hundredth_off(const Moments& a, const Moments& b) {
  return frechet_distance({a.mean, a.covariance * 1.01}, b);
}

using KernelFn = Estimate (*)(const Tensor& a, const Tensor& b, int64_t block);

/// Returns |z| of the mean distance between halves of a Gaussian's sample.
RowResult unbiased(KernelFn distance, const RowContext& context) {
  Rng rng(context.seed, "ledger/kid");
  const Tensor x = randn({20'000, 8}, rng, DType::f64) + 0.5, y = randn({20'000, 8}, rng, DType::f64) + 0.5;
  const Estimate found = distance(x, y, 200);
  return {std::abs(found.value) / found.standard_error, AtMost{4.2},
          "100 splits of a Gaussian sample in 8 dimensions, 200 points per part; value: |z| of the mean "
          "distance; false-alarm rate below 1e-4"};
}

}  // namespace

Rows distance_rows() {
  return {
      identity(
          {"fid.gaussian_closed_form",
           "Gaussians with commuting covariances have the Frechet distance |m_1 - m_2|^2 + sum (s_1 - s_2)^2",
           "Dowson & Landau 1982", 1},
          closed_form, frechet_distance,
          {{"a covariance that is 1 % too large", hundredth_off},
           {"only the distance of the means",
            [](auto& a, auto& b) { return sum(square(a.mean - b.mean)).item(); }}}),
      identity({"fid.same_set", "the Frechet distance of a set from itself is 0", "Dowson & Landau 1982", 1},
               same_set, frechet_distance, {{"a covariance that is 1 % too large", hundredth_off}}),
      identity({"kid.unbiased", "the kernel distance of samples of one distribution has mean 0",
                "Binkowski et al. 2018, section 4", 1},
               unbiased, kernel_distance,
               {{"pairs that include a point with itself", [](auto& a, auto& b, int64_t block) {
                   Estimate found = kernel_distance(a, b, block);
                   found.value += 2 * std::pow(1 + 1.25, 3) / static_cast<double>(block);
                   return found;
                 }}})};
}

}  // namespace gradzoo
