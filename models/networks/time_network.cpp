#include "models/networks/time_network.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

constexpr int64_t kTimeFeatures = 16;

}  // namespace

TimeNetwork::TimeNetwork(const TimeNetworkOptions& options, const DataShape& shape, int64_t classes, Rng& rng)
    : shape_(shape), classes_(classes) {
  if (shape.is_image()) {
    unet_ = std::make_unique<Unet>(shape.channels(), classes > 0 ? classes + 1 : 0, rng,
                                   UnetOptions{.channels = options.channels});
    register_module("unet", *unet_);
    return;
  }
  mlp_ = std::make_unique<Mlp>(layer_sizes(shape.size() + kTimeFeatures, options.hidden, shape.size()), rng,
                               MlpOptions{.activation = "silu"});
  register_module("mlp", *mlp_);
}

Tensor TimeNetwork::predict(const Tensor& x, const Tensor& t, const Tensor& labels) const {
  // Slow features suffice a perceptron: from 10 radians over the path downwards.
  if (mlp_) return mlp_->forward(concat(x, time_features(t * 0.01, kTimeFeatures), 1));
  const Tensor images = as_image_batch(x, shape_);
  if (classes_ == 0) return reshape((*unet_)(images, t), x.shape());
  const Tensor given = labels.defined() ? labels : no_labels(x.dim(0));
  return reshape((*unet_)(images, t, given), x.shape());
}

}  // namespace gradzoo
