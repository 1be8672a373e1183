#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/classifier/classifier.h"

namespace gradzoo {
namespace {

constexpr int64_t kFeatures = 128;  // of a cnn

}  // namespace

ClassifierNetwork::ClassifierNetwork(const ClassifierOptions& options, const DataShape& shape, Rng& rng)
    : shape_(shape) {
  std::vector<int64_t> sizes = layer_sizes(shape.size(), options.hidden, shape.classes);
  if (options.net == ClassifierNet::cnn) {
    const int64_t c = options.channels, channels[] = {shape.channels(), c, c, 2 * c, 2 * c};
    for (int i = 0; i < 4; ++i)
      convolutions_.append<Conv2d>(channels[i], channels[i + 1], 3, rng,
                                   ConvLayerOptions{.conv = {.padding = 1}});
    register_module("convolutions", convolutions_);
    sizes = {2 * c * (shape.height() / 4) * (shape.width() / 4), kFeatures, shape.classes};
  }
  const std::string activation = options.net == ClassifierNet::cnn ? "relu" : options.activation;
  body_ = std::make_unique<Mlp>(std::span(sizes).first(sizes.size() - 1), rng,
                                MlpOptions{.activation = activation, .final_activation = activation});
  head_ = std::make_unique<Linear>(sizes[sizes.size() - 2], shape.classes, rng);
  register_module("body", *body_);
  register_module("head", *head_);
}

Tensor ClassifierNetwork::features(const Tensor& x) const {
  if (convolutions_.size() == 0) return body_->forward(x);
  Tensor h = as_image_batch(x, shape_);
  for (size_t i = 0; i < convolutions_.size(); ++i) {
    h = relu(convolutions_[i].forward(h));
    if (i % 2 == 1) h = max_pool2d(h, 2);
  }
  return body_->forward(flatten_rows(h));
}

}  // namespace gradzoo
