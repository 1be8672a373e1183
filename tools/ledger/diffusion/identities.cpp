#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "models/eval/quadrature.h"
#include "tools/ledger/diffusion/rows.h"

namespace gradzoo {

double gaussian_velocity_z(
    FunctionRef<PathPoints(const Tensor& noise, const Tensor& data, const Tensor& t)> paths, int64_t count,
    uint64_t seed) {
  constexpr double kMean = 1.5, kStd = 0.5;
  Rng rng(seed, "ledger/flow");
  double worst = 0;
  for (const double t : {0.2, 0.5, 0.9}) {
    const Tensor noise = randn({count, 1}, rng, DType::f64);
    const Tensor data = randn({count, 1}, rng, DType::f64) * kStd + kMean;
    const PathPoints at = paths(noise, data, full({count}, t, DType::f64));
    const double slope = (t * kStd * kStd - (1 - t)) / ((1 - t) * (1 - t) + t * t * kStd * kStd);
    const Tensor residual = at.velocity - ((at.x - t * kMean) * slope + kMean);
    for (const double power : {0.0, 1.0, 2.0}) {
      const Tensor weighted = power == 0 ? residual : residual * pow(at.x, power);
      const double error = std::sqrt(var(weighted).item() / static_cast<double>(count));
      worst = std::max(worst, std::abs(mean(weighted).item()) / error);
    }
  }
  return worst;
}

double density_normalisation_error(FunctionRef<Tensor(VelocityFn u, const Tensor& x)> log_density,
                                   VelocityFn u) {
  const Grid grid({{-8, -8}, {8, 8}}, 128);
  return std::abs(log_partition(grid, on_grid(grid, [&](const Tensor& x) { return log_density(u, x); })));
}

double frechet_closed_form_error(FunctionRef<double(const Moments&, const Moments&)> distance) {
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

double kernel_distance_z(FunctionRef<Estimate(const Tensor&, const Tensor&, int64_t)> distance,
                         uint64_t seed) {
  Rng rng(seed, "ledger/kid");
  const Tensor x = randn({20'000, 8}, rng, DType::f64) + 0.5, y = randn({20'000, 8}, rng, DType::f64) + 0.5;
  const Estimate found = distance(x, y, 200);
  return std::abs(found.value) / found.standard_error;
}

}  // namespace gradzoo
