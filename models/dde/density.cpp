#include "models/dde/density.h"

#include <fmt/format.h>

#include "autograd/functional/functional_scope.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "base/error.h"

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

LevelDensity::LevelDensity(int64_t inputs, const EnergyOptions& options, double data_variance, Rng& rng)
    : variance_(data_variance), input_scale_(options.input_scale) {
  int64_t width = inputs + 1;
  const auto add = [&](const std::string& name, int64_t out) {
    layers_.push_back(std::make_unique<Linear>(width, out, rng));
    register_module(name, *layers_.back());
    width = out;
  };
  for (size_t i = 0; i < options.hidden.size(); ++i) add(fmt::format("hidden_{}", i), options.hidden[i]);
  add("out", inputs);
}

Tensor LevelDensity::net(const Tensor& x) const {
  Tensor h = silu((*layers_.front())(x));
  for (size_t i = 1; i + 1 < layers_.size(); ++i) {
    const Tensor next = silu((*layers_[i])(h));
    h = next.shape() == h.shape() ? h + next : next;
  }
  return (*layers_.back())(h);
}

Tensor LevelDensity::log_density(const Tensor& x, const Tensor& sigma) const {
  const Tensor total = square(sigma) + variance_, length = sqrt(total);  // (B, 1)
  const Tensor guess = net(concat(x * (input_scale_ / length), log(sigma), 1));
  // x - r = sigma (sigma/total x - sqrt(v/total) net), so that nothing is lost by the difference.
  const Tensor moved = x * (sigma / total) - guess * (std::sqrt(variance_) / length);
  return sum(square(moved), 1) * -0.5;
}

}  // namespace gradzoo
