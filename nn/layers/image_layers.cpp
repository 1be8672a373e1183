#include "gradzoo/nn/layers/image_layers.h"

#include <cmath>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

// A weight (a, b, kh, kw), as PyTorch has it, as (kh, kw, b, a).
Tensor channels_last(const Tensor& weight) {
  const Tensor taps = transpose(
      reshape(weight, {weight.dim(0), weight.dim(1), weight.dim(2) * weight.dim(3)}), 0, 2);  // (kh kw, b, a)
  return reshape(taps, {weight.dim(2), weight.dim(3), weight.dim(1), weight.dim(0)}).clone();
}

}  // namespace

ConvLayer::ConvLayer(const char* name, const Shape& shape, int64_t out, Rng& rng,
                     const ConvLayerOptions& options)
    : options_(options) {
  for (const int64_t size : shape) {
    if (size < 1)
      throw Error("{}: the weight has the sizes {}. Hint: use at least one channel and a kernel of 1 or more",
                  name, shape.str());
  }
  Tensor weight = empty(shape, options.dtype);
  if (options.init) {
    options.init(weight, rng);
  } else {
    init::torch_linear(weight, rng);
  }
  weight_ = register_parameter("weight", channels_last(weight));
  if (options.bias) {
    bias_ = zeros({out}, options.dtype);
    if (!options.init) init::torch_bias(bias_, rng, init::fans(shape).in);
    register_parameter("bias", bias_);
  }
  if (!options.spectral_norm) return;
  spectral_ = std::make_unique<SpectralNorm>(weight_, rng);
  register_module("spectral_norm", *spectral_);
}

Tensor Conv2d::forward(const Tensor& x) const { return conv2d(x, weight(), bias(), options().conv); }

Tensor ConvTranspose2d::forward(const Tensor& x) const {
  return conv_transpose2d(x, weight(), bias(), options().conv, options().output_padding);
}

GroupNorm::GroupNorm(int64_t groups, int64_t channels, const NormOptions& options, DType dtype)
    : groups_(groups), options_(options), scale_(ones({channels}, dtype)), shift_(zeros({channels}, dtype)) {
  if (groups < 1 || channels < 1 || channels % groups != 0)
    throw Error("GroupNorm: {} channels cannot be divided into {} groups. Hint: use a divisor", channels,
                groups);
  register_parameter("scale", scale_);
  register_parameter("shift", shift_);
}

Tensor GroupNorm::forward(const Tensor& x) const { return group_norm(x, groups_, scale_, shift_, options_); }

// (z scale + shift) (1 + a) + b
Tensor GroupNorm::modulated(const Tensor& x, const Tensor& a, const Tensor& b) const {
  const Tensor factor = a + 1.0;
  return group_norm(x, groups_, factor * scale_, factor * shift_ + b, options_);
}

Embedding::Embedding(int64_t rows, int64_t width, Rng& rng, DType dtype)
    : weight_(empty({rows, width}, dtype)) {
  init::normal(weight_, rng);
  register_parameter("weight", weight_);
}

Tensor Embedding::forward(const Tensor& index) const { return index_select(weight_, 0, index); }

Tensor time_features(const Tensor& t, int64_t width, double slowest) {
  if (width < 2 || width % 2 != 0) throw Error("time_features: width is {}. Hint: use an even number", width);
  if (t.rank() != 1) throw Error("time_features: times are (B), got {}. Hint: flatten them", t.shape().str());
  const int64_t half = width / 2;
  const Tensor rates =
      exp(arange(half, t.dtype()) * (-std::log(slowest) / static_cast<double>(half))) * 1000.0;
  const Tensor phase = unsqueeze(t, 1) * unsqueeze(rates, 0);
  return concat(cos(phase), sin(phase), 1);
}

Tensor dropout(const Tensor& x, double p, Rng& rng) {
  if (!(p >= 0 && p < 1)) throw Error("dropout: p is {}. Hint: use at least 0 and below 1", p);
  if (p == 0) return x;
  const Tensor kept = bernoulli(full(x.shape(), 1 - p, x.dtype()), rng);
  return x * (kept / (1 - p));
}

}  // namespace gradzoo
