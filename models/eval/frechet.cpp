#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/sample_metrics.h"

namespace gradzoo {
namespace {

// V f(values) V' of a symmetric matrix.
Tensor of_spectrum(const Tensor& matrix, double (*f)(double)) {
  auto [values, vectors] = symmetric_eigen(matrix);
  double* v = values.mutable_data<double>();
  std::transform(v, v + values.size(), v, f);
  return matmul(transpose(vectors) * values, vectors);
}

// The square root, rounding below 0 taken for 0.
double root(double value) { return std::sqrt(std::max(value, 0.0)); }

Tensor kernel(const Tensor& a, const Tensor& b) {
  return pow(matmul(a, b, false, true) / static_cast<double>(a.dim(1)) + 1.0, 3.0);
}

// The mean over pairs of different rows.
double mean_off_diagonal(const Tensor& k) {
  const auto n = static_cast<double>(k.dim(0));
  return (sum(k).item() - trace(k).item()) / (n * (n - 1));
}

Estimate mean_of_draws(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  for (const double v : values) squares += (v - sum / n) * (v - sum / n);
  return {sum / n, std::sqrt(squares / (n * (n - 1)))};
}

}  // namespace

Moments moments_of(const Tensor& features) {
  const NoGrad quiet;
  if (features.rank() != 2 || features.dim(0) < 2)
    throw Error("moments: features {}. Hint: give (n, d), n at least 2", features.shape().str());
  if (!all_finite(features))
    throw Error("moments: a feature is not finite. Hint: check that the pictures are finite");
  const Tensor x = cast(features, DType::f64);
  const Tensor centre = mean(x, 0, true), centred = x - centre;
  return {reshape(centre, {x.dim(1)}),
          matmul(centred, centred, true, false) / static_cast<double>(x.dim(0) - 1)};
}

double frechet_distance(const Moments& a, const Moments& b) {
  const NoGrad quiet;
  if (a.mean.shape() != b.mean.shape())
    throw Error("frechet_distance: {} features against {}. Hint: give features from one classifier",
                a.mean.size(), b.mean.size());
  const Tensor half = of_spectrum(a.covariance, root);  // C_a^1/2
  const Tensor mixed = matmul(matmul(half, b.covariance), half);
  const double cross = trace(of_spectrum((mixed + transpose(mixed)) * 0.5, root)).item();
  const double distance = sum(square(a.mean - b.mean)).item() + trace(a.covariance).item() +
                          trace(b.covariance).item() - 2 * cross;
  return std::max(distance, 0.0);
}

Estimate frechet_estimate(const Tensor& features, const Moments& real, int64_t resamples, Rng& rng) {
  return bootstrap(features.dim(0), resamples, rng, [&](std::span<const int64_t> rows) {
    return frechet_distance(moments_of(index_select(features, 0, row_index(rows))), real);
  });
}

Estimate kernel_distance(const Tensor& a, const Tensor& b, int64_t block) {
  const NoGrad quiet;
  if (a.rank() != 2 || b.rank() != 2 || a.dim(1) != b.dim(1))
    throw Error("kernel_distance: features {} and {}. Hint: give (n, d) and (m, d)", a.shape().str(),
                b.shape().str());
  const int64_t blocks = std::min(a.dim(0), b.dim(0)) / std::max<int64_t>(block, 1);
  if (block < 2 || blocks < 2)
    throw Error(
        "kernel_distance: {} and {} features are fewer than two blocks of {}. Hint: give more features",
        a.dim(0), b.dim(0), block);
  std::vector<double> distances;
  for (int64_t i = 0; i < blocks; ++i) {
    const Tensor x = cast(a.rows(i * block, (i + 1) * block), DType::f64);
    const Tensor y = cast(b.rows(i * block, (i + 1) * block), DType::f64);
    distances.push_back(mean_off_diagonal(kernel(x, x)) + mean_off_diagonal(kernel(y, y)) -
                        2 * mean(kernel(x, y)).item());
  }
  return mean_of_draws(distances);
}

}  // namespace gradzoo
