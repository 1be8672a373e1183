#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/dde/dde.h"

namespace gradzoo {

Tensor LevelNet::forward(const Tensor&) const {
  throw Error("a denoiser at many noise levels needs the noise. Hint: predict(x, sigma)");
}

LevelPerceptron::LevelPerceptron(int64_t inputs, const std::vector<int64_t>& hidden, double input_scale,
                                 Rng& rng)
    : input_scale_(input_scale) {
  int64_t width = inputs + 1;
  const auto add = [&](const std::string& name, int64_t out) {
    layers_.push_back(std::make_unique<Linear>(width, out, rng));
    register_module(name, *layers_.back());
    width = out;
  };
  for (size_t i = 0; i < hidden.size(); ++i) add(fmt::format("hidden_{}", i), hidden[i]);
  add("out", inputs);
}

Tensor LevelPerceptron::predict(const Tensor& x, const Tensor& sigma) const {
  Tensor h = silu((*layers_.front())(concat(x * input_scale_, log(sigma), 1)));
  for (size_t i = 1; i + 1 < layers_.size(); ++i) {
    const Tensor next = silu((*layers_[i])(h));
    h = next.shape() == h.shape() ? h + next : next;
  }
  return (*layers_.back())(h);
}

LevelUnet::LevelUnet(const DataShape& shape, int64_t channels, double widest, double least, Rng& rng)
    : log_widest_(std::log(widest)),
      log_least_(std::log(least)),
      net_({.channels = channels}, shape, 0, rng) {
  register_module("unet", net_);
}

Tensor LevelUnet::predict(const Tensor& x, const Tensor& sigma) const {
  const Tensor t = (log_widest_ - log(sigma)) * (1 / (log_widest_ - log_least_));
  return net_.predict(x, reshape(clamp(t, 0, 1), {x.dim(0)}), {});
}

}  // namespace gradzoo
