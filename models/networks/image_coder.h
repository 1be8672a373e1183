#pragma once

#include <memory>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

/// Encoder and decoder of images, with two convolutions that halve or double the sides as in DCGAN (Radford
/// et al. 2016). GANs and auto-encoders use them.
namespace gradzoo {

/// The options of ImageEncoder and ImageDecoder.
struct ImageCoderOptions {
  int64_t channels = 64;  ///< channels at half the image's resolution; doubled at a quarter
  Tensor (*activation)(const Tensor&) = relu;  ///< activation between the layers
  int64_t norm_groups = 0;  ///< decoder: groups of normalised channels, except at the output; 0: none
  bool he = false;          ///< true for the initialisation of He et al. 2015 with biases 0, else PyTorch's
  bool spectral_norm = false;  ///< true for spectral normalisation of an encoder's weights
  DType dtype = DType::f32;    ///< dtype of the parameters
};

/// Throws Error, with the name `model`, for images whose sides are not multiples of 4.
void check_codable(const char* model, const DataShape& shape);
/// True if both sides of the image are multiples of 4.
bool is_codable(const DataShape& shape);

/// The encoder: conv 4x4 C-c, c-2c, both with stride 2, each with activation: (B, H W C) -> (B, features()).
class ImageEncoder : public Module {
 public:
  /// Throws Error for images that are not codable.
  ImageEncoder(const DataShape& shape, Rng& rng, const ImageCoderOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  int64_t features() const { return features_; }  ///< features per image

 private:
  DataShape shape_;
  int64_t features_;
  Tensor (*activation_)(const Tensor&);
  Conv2d first_, second_;
};

/// The decoder: linear in-(H/4 W/4 2c), conv_transpose 4x4 2c-c, c-C, both with stride 2, an activation
/// before each: (B, in) -> (B, H W C).
class ImageDecoder : public Module {
 public:
  /// Throws Error for images that are not codable.
  ImageDecoder(int64_t in, const DataShape& shape, Rng& rng, const ImageCoderOptions& options = {});
  Tensor forward(const Tensor& z) const override;

 private:
  Tensor activated(const Tensor& x, const std::unique_ptr<GroupNorm>& norm) const;

  DataShape shape_;
  int64_t channels_;
  Tensor (*activation_)(const Tensor&);
  Linear in_;
  ConvTranspose2d first_, second_;
  std::unique_ptr<GroupNorm> norm_quarter_, norm_half_;  ///< null: none
};

}  // namespace gradzoo
