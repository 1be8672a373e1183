#include <algorithm>
#include <cmath>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/nce/nce.h"

namespace gradzoo {
namespace {

constexpr int64_t kKernels = 100;  // of a kernel estimate

// A Gaussian about each of the first points, as wide as Scott's rule has it for `spread`.
std::shared_ptr<const Toy> kernel_estimate(const Tensor& points, double spread) {
  const int64_t kernels = std::min(kKernels, points.dim(0));
  const double scott = std::pow(static_cast<double>(kernels), -1.0 / static_cast<double>(points.dim(1) + 4));
  const auto count = static_cast<size_t>(kernels);
  return make_mixture(
      {std::vector<double>(count, 1.0), points.rows(0, kernels), std::vector<double>(count, spread * scott)});
}

}  // namespace

Noise noise_of(std::shared_ptr<const Toy> toy) {
  return {.sample = [toy](int64_t n, Rng& rng) { return toy->sample(n, rng); },
          .log_prob = [toy = std::move(toy)](const Tensor& x) { return toy->log_prob(x); }};
}

Noise noise_of(const CouplingFlow& flow) {
  return {.sample = [&flow](int64_t n, Rng& rng) { return flow.sample(n, rng); },
          .log_prob = [&flow](const Tensor& x) { return flow.log_prob(x); }};
}

std::shared_ptr<const Toy> contrasting_noise(NoiseKind kind, const Tensor& points, double width) {
  const Tensor x = cast(points, DType::f64), centre = mean(x, 0), away = x - centre;
  const Tensor covariance = matmul(away, away, true) / static_cast<double>(x.dim(0) - 1);
  const Tensor identity = eye(x.dim(1), DType::f64);
  const double widest = std::sqrt(max(covariance * identity).item());
  switch (kind) {
    case NoiseKind::gaussian:
      return make_gaussian(centre, identity * std::pow(width * widest, 2));
    case NoiseKind::fitted:
      return make_gaussian(centre, covariance * (width * width));
    case NoiseKind::mixture:
      break;
    case NoiseKind::flow:
      throw Error("noise: a flow has no closed form. Hint: fitted");
  }
  return kernel_estimate(x, width * widest);
}

}  // namespace gradzoo
