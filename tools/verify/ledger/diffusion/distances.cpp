#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

using FrechetFn = double (*)(const Moments& a, const Moments& b);

/// The largest difference, relative to 1 or more, of `distance` between Gaussians and its closed form where
/// their covariances have one set of eigenvectors: |m - m'|^2 + sum_i (s_i - s'_i)^2.
double frechet_closed_form_error(FrechetFn distance) {
  Rng rng(1, "ledger/frechet");
  constexpr int64_t kDimensions = 12;
  // A reflection, so that covariances are full: Q = I - 2 v v' / v'v.
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
    worst =
        std::max(worst, std::abs(distance(gaussian(m, s), gaussian(n, r)) - closed) / std::max(1.0, closed));
  }
  return worst;
}

RowResult closed_form(FrechetFn distance, const RowContext&) {
  return {frechet_closed_form_error(distance), AtMost{1e-10},
          "five pairs of Gaussians in 12 dimensions whose covariances commute: largest relative difference"};
}

RowResult same_set(FrechetFn distance, const RowContext&) {
  Rng rng(1, "ledger/frechet");
  const Moments moments = moments_of(randn({300, 40}, rng, DType::f64));
  return {distance(moments, moments), AtMost{1e-9}, "300 points in 40 dimensions against themselves"};
}

using KernelFn = Estimate (*)(const Tensor& a, const Tensor& b, int64_t block);

/// |z| of the mean over splits of one Gaussian's sample of the distance between the halves.
double kernel_distance_z(KernelFn distance, uint64_t seed) {
  Rng rng(seed, "ledger/kid");
  const Tensor x = randn({20'000, 8}, rng, DType::f64) + 0.5, y = randn({20'000, 8}, rng, DType::f64) + 0.5;
  const Estimate found = distance(x, y, 200);
  return std::abs(found.value) / found.standard_error;
}

RowResult unbiased(KernelFn distance, const RowContext& context) {
  return {kernel_distance_z(distance, context.seed), AtMost{4.2},
          "100 splits of one law in 8 dimensions, 200 points each: |z| of the mean; false alarm below 1e-4"};
}

}  // namespace

std::vector<Row> distance_rows() {
  return {
      identity({"fid.gaussian_closed_form",
                "the Frechet distance of Gaussians whose covariances commute is |m - m'|^2 + sum (s - s')^2",
                "Dowson & Landau 1982", 1},
               closed_form, frechet_distance,
               {{"a covariance that is a hundredth off",
                 [](const Moments& a, const Moments& b) {
                   return frechet_distance({a.mean, a.covariance * 1.01}, b);
                 }},
                {"the means alone",
                 [](const Moments& a, const Moments& b) { return sum(square(a.mean - b.mean)).item(); }}}),
      identity({"fid.same_set", "a set is at distance 0 from itself", "Dowson & Landau 1982", 1}, same_set,
               frechet_distance,
               {{"a covariance that is a hundredth off",
                 [](const Moments& a, const Moments& b) {
                   return frechet_distance({a.mean, a.covariance * 1.01}, b);
                 }}}),
      identity({"kid.unbiased", "between splits of one law the kernel distance is 0 in the mean",
                "Binkowski et al. 2018, section 4", 1},
               unbiased, kernel_distance,
               {{"each point counted with itself", [](const Tensor& a, const Tensor& b, int64_t block) {
                   Estimate found = kernel_distance(a, b, block);
                   found.value += 2 * std::pow(1 + 1.25, 3) / static_cast<double>(block);
                   return found;
                 }}})};
}

}  // namespace gradzoo
