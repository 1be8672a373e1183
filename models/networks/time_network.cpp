#include "gradzoo/models/networks/time_network.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/networks/image_coder.h"

namespace gradzoo {
namespace {

constexpr int64_t kGroups = 8, kTimeFeatures = 64;

ConvLayerOptions same_size(DType dtype, init::Initializer init = {}) {
  return {.conv = {.padding = 1}, .init = std::move(init), .dtype = dtype};
}

GroupNorm norm(int64_t channels, DType dtype) { return GroupNorm(kGroups, channels, {.silu = true}, dtype); }

}  // namespace

ResidualBlock::ResidualBlock(int64_t in, int64_t out, int64_t embedding, Rng& rng, DType dtype)
    : out_(out),
      norm_in_(norm(in, dtype)),
      norm_out_(norm(out, dtype)),
      conv_in_(in, out, 3, rng, same_size(dtype)),
      conv_out_(out, out, 3, rng, same_size(dtype, init::zeros)),
      modulation_(embedding, 2 * out, rng, {.dtype = dtype}) {
  register_module("norm_in", norm_in_);
  register_module("conv_in", conv_in_);
  register_module("modulation", modulation_);
  register_module("norm_out", norm_out_);
  register_module("conv_out", conv_out_);
  if (in == out) return;
  skip_ = std::make_unique<Conv2d>(in, out, 1, rng, ConvLayerOptions{.dtype = dtype});
  register_module("skip", *skip_);
}

Tensor ResidualBlock::forward_all(std::span<const Tensor> inputs) const {
  const Tensor& x = inputs[0];
  const Tensor by_channel = modulation_(inputs[1]);  // (B, 2 out)
  const Tensor h = norm_out_.modulated(conv_in_(norm_in_(x)), slice(by_channel, 1, 0, out_),
                                       slice(by_channel, 1, out_, 2 * out_));
  const Tensor residual = conv_out_(h);
  return (skip_ ? (*skip_)(x) : x) + residual;
}

Unet::Unet(int64_t image_channels, int64_t labels, Rng& rng, const UnetOptions& options)
    : time_in_(kTimeFeatures, options.embedding, rng, {.dtype = options.dtype}),
      time_out_(options.embedding, options.embedding, rng, {.dtype = options.dtype}),
      labels_(labels > 0 ? std::make_unique<Embedding>(labels, options.embedding, rng, options.dtype)
                         : nullptr),
      in_(4 * image_channels, options.channels, 3, rng, same_size(options.dtype)),
      high_(options.channels, options.channels, options.embedding, rng, options.dtype),
      down_(options.channels, 2 * options.channels, 3, rng,
            {.conv = {.stride = 2, .padding = 1}, .dtype = options.dtype}),
      low_first_(2 * options.channels, 2 * options.channels, options.embedding, rng, options.dtype),
      low_second_(2 * options.channels, 2 * options.channels, options.embedding, rng, options.dtype),
      up_(2 * options.channels, 4 * options.channels, 1, rng, {.dtype = options.dtype}),
      joined_(2 * options.channels, options.channels, options.embedding, rng, options.dtype),
      norm_(norm(options.channels, options.dtype)),
      out_(options.channels, 4 * image_channels, 3, rng, same_size(options.dtype, init::zeros)) {
  register_module("time_in", time_in_);
  register_module("time_out", time_out_);
  if (labels_) register_module("labels", *labels_);
  register_module("in", in_);
  register_module("high", high_);
  register_module("down", down_);
  register_module("low_first", low_first_);
  register_module("low_second", low_second_);
  register_module("up", up_);
  register_module("joined", joined_);
  register_module("norm", norm_);
  register_module("out", out_);
}

// silu of what time and label come to: (B, embedding)
Tensor Unet::embed(std::span<const Tensor> inputs) const {
  const Tensor time = time_out_(silu(time_in_(time_features(inputs[1], kTimeFeatures))));
  return silu(labels_ ? time + (*labels_)(inputs[2]) : time);
}

Tensor Unet::forward_all(std::span<const Tensor> inputs) const {
  if (inputs.size() != (labels_ ? 3U : 2U))
    throw Error("unet: {} tensors. Hint: give images, times{}", inputs.size(), labels_ ? " and labels" : "");
  const Shape& shape = inputs[0].shape();
  if (shape.rank() != 4 || shape[1] % 4 != 0 || shape[2] % 4 != 0)
    throw Error("unet: images are {} instead of (B,H,W,C) with H and W multiples of 4. Hint: pad the images",
                shape.str());
  const Tensor e = embed(inputs);
  const Tensor high = high_(in_(space_to_depth(inputs[0], 2)), e);      // (B, H/2, W/2, c)
  const Tensor low = low_second_(low_first_(down_(high), e), e);        // (B, H/4, W/4, 2 c)
  const Tensor joined = concat(depth_to_space(up_(low), 2), high, -1);  // (B, H/2, W/2, 2 c)
  return depth_to_space(out_(norm_(joined_(joined, e))), 2);
}

namespace {

constexpr int64_t kSlowFeatures = 16;
constexpr double kNoiseReach = 4;  // standard normal noise lies within

}  // namespace

int64_t padded_side(int64_t side) { return (side + 3) / 4 * 4; }

TimeNetwork::TimeNetwork(const TimeNetworkOptions& options, const DataShape& shape, int64_t classes, Rng& rng)
    : shape_(shape), classes_(classes) {
  if (shape.is_grid()) {
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
  return fmt::format(" The U-Net halves images twice, so images of {}x{} are padded to {}x{}.",
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
