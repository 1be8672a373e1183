#include <utility>

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/dde/dde.h"

namespace gradzoo {

Tensor NoisyDensity::score(const Tensor& x, const Tensor& sigma, bool create_graph) const {
  // Rows do not interact, so the gradient of the sum has each row's own gradient in its row.
  const FunctionalScope scope(create_graph);
  const Tensor points = scope.input(x);
  return scope.result(grad(sum(log_density(points, sigma)), points, {.create_graph = create_graph}));
}

Tensor NoisyDensity::forward(const Tensor&) const {
  throw Error("a density of noisy data needs the noise. Hint: log_density(x, sigma)");
}

LevelDensity::LevelDensity(std::unique_ptr<LevelNet> net, Tensor data_mean, Tensor data_variance)
    : mean_(std::move(data_mean)), variance_(std::move(data_variance)), net_(std::move(net)) {
  register_module("net", *net_);
}

Tensor LevelDensity::log_density(const Tensor& x, const Tensor& sigma) const {
  const Tensor total = square(sigma) + variance_, length = sqrt(total);  // (B, 1)
  const Tensor centred = x - mean_;
  const Tensor guess = net_->predict(centred / length, sigma);
  // x - r = sigma (sigma/total (x - m) - sqrt(v/total) net), so that nothing is lost by the difference.
  const Tensor moved = centred * (sigma / total) - guess * (sqrt(variance_) / length);
  return sum(square(moved), 1) * -0.5;
}

}  // namespace gradzoo
