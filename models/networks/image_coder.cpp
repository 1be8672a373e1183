#include "gradzoo/models/networks/image_coder.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kKernel = 4, kStride = 2;

void he(Tensor& weight, Rng& rng) { init::kaiming_normal(weight, rng); }

// Of a transpose's weight (in, out, k, k): a number of the output is a sum over in (k / stride)^2 of them.
void he_transposed(Tensor& weight, Rng& rng) {
  const auto terms = static_cast<double>(weight.dim(0) * (kKernel / kStride) * (kKernel / kStride));
  init::normal(weight, rng, 0, std::sqrt(2 / terms));
}

ConvLayerOptions halving(const ImageCoderOptions& options) {
  return {.conv = {.stride = kStride, .padding = 1},
          .init = options.he ? he : init::Initializer(),
          .spectral_norm = options.spectral_norm,
          .dtype = options.dtype};
}

ConvLayerOptions doubling(const ImageCoderOptions& options) {
  return {.conv = {.stride = kStride, .padding = 1},
          .init = options.he ? he_transposed : init::Initializer(),
          .dtype = options.dtype};
}

}  // namespace

bool is_codable(const DataShape& shape) {
  return shape.is_grid() && shape.height() % 4 == 0 && shape.width() % 4 == 0;
}

void check_codable(const char* model, const DataShape& shape) {
  if (is_codable(shape)) return;
  throw Error(
      "{}: images are halved twice, and the data are {}. Hint: use images whose sides are multiples of 4, or "
      "net=mlp",
      model, shape.example.str());
}

ImageEncoder::ImageEncoder(const DataShape& shape, Rng& rng, const ImageCoderOptions& options)
    : shape_(shape),
      features_(2 * options.channels * (shape.height() / 4) * (shape.width() / 4)),
      activation_(options.activation),
      first_(shape.channels(), options.channels, kKernel, rng, halving(options)),
      second_(options.channels, 2 * options.channels, kKernel, rng, halving(options)) {
  register_module("first", first_);
  register_module("second", second_);
}

Tensor ImageEncoder::forward(const Tensor& x) const {
  const Tensor half = activation_(first_(as_image_batch(x, shape_)));  // (B, H/2, W/2, c)
  return flatten_rows(activation_(second_(half)));                     // (B, H/4 W/4 2c)
}

ImageDecoder::ImageDecoder(int64_t in, const DataShape& shape, Rng& rng, const ImageCoderOptions& options)
    : shape_(shape),
      channels_(options.channels),
      activation_(options.activation),
      in_(in, 2 * options.channels * (shape.height() / 4) * (shape.width() / 4), rng,
          {.init = options.he ? he : init::Initializer(), .dtype = options.dtype}),
      first_(2 * options.channels, options.channels, kKernel, rng, doubling(options)),
      second_(options.channels, shape.channels(), kKernel, rng, doubling(options)) {
  register_module("in", in_);
  register_module("first", first_);
  register_module("second", second_);
  if (options.norm_groups == 0) return;
  norm_quarter_ =
      std::make_unique<GroupNorm>(options.norm_groups, 2 * channels_, NormOptions(), options.dtype);
  norm_half_ = std::make_unique<GroupNorm>(options.norm_groups, channels_, NormOptions(), options.dtype);
  register_module("norm_quarter", *norm_quarter_);
  register_module("norm_half", *norm_half_);
}

Tensor ImageDecoder::activated(const Tensor& x, const std::unique_ptr<GroupNorm>& norm) const {
  return activation_(norm ? (*norm)(x) : x);
}

Tensor ImageDecoder::forward(const Tensor& z) const {
  const Tensor quarter = reshape(in_(z), {z.dim(0), shape_.height() / 4, shape_.width() / 4, 2 * channels_});
  const Tensor half = first_(activated(quarter, norm_quarter_));  // (B, H/2, W/2, c)
  return flatten_rows(second_(activated(half, norm_half_)));
}

}  // namespace gradzoo
