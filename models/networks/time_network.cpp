#include "gradzoo/models/networks/time_network.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/networks/image_coder.h"

namespace gradzoo {
namespace {

constexpr int64_t kSlowFeatures = 16;
constexpr double kNoiseReach = 4;  // standard normal noise lies within

}  // namespace

int64_t padded_side(int64_t side) { return (side + 3) / 4 * 4; }

TimeNetwork::TimeNetwork(const TimeNetworkOptions& options, const DataShape& shape, int64_t classes, Rng& rng)
    : shape_(shape), classes_(classes) {
  if (shape.kind().pixels) {
    unet_ = std::make_unique<Unet>(shape.channels(), classes > 0 ? classes + 1 : 0, rng,
                                   UnetOptions{.channels = options.channels});
    register_module("unet", *unet_);
    return;
  }
  mlp_ = std::make_unique<Mlp>(layer_sizes(shape.size() + kSlowFeatures, options.hidden, shape.size()), rng,
                               MlpOptions{.activation = "silu"});
  register_module("mlp", *mlp_);
  if (!options.bounded) return;
  reach_ = full({1}, 2 * std::max(kNoiseReach, shape.diameter()));
  register_buffer("reach", reach_);
}

std::string TimeNetwork::reading() const {
  if (!unet_ || is_codable(shape_)) return "";
  return fmt::format(" The U-Net halves images twice, so these of {}x{} are padded to {}x{}.",
                     shape_.height(), shape_.width(), padded_side(shape_.height()),
                     padded_side(shape_.width()));
}

Tensor TimeNetwork::padded(const Tensor& images) const {
  const int64_t below = padded_side(shape_.height()) - shape_.height(),
                beside = padded_side(shape_.width()) - shape_.width();
  const Tensor tall = below > 0 ? pad(images, 1, 0, below) : images;
  return beside > 0 ? pad(tall, 2, 0, beside) : tall;
}

Tensor TimeNetwork::cut_back(const Tensor& images, const Tensor& x) const {
  return reshape(slice(slice(images, 1, 0, shape_.height()), 2, 0, shape_.width()), x.shape());
}

Tensor TimeNetwork::predict(const Tensor& x, const Tensor& t, const Tensor& labels) const {
  // Slow features suffice a perceptron: from 10 radians over the path downwards.
  if (mlp_) {
    const Tensor seen = reach_.defined() ? x / sqrt(square(x / reach_) + 1.0) : x;
    return mlp_->forward(concat(seen, time_features(t * 0.01, kSlowFeatures), 1));
  }
  const Tensor images = padded(as_image_batch(x, shape_));
  if (classes_ == 0) return cut_back((*unet_)(images, t), x);
  return cut_back((*unet_)(images, t, labels.defined() ? labels : no_labels(x.dim(0))), x);
}

}  // namespace gradzoo
