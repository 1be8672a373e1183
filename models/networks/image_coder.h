#pragma once

#include <memory>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

/// Images to features and back by two convolutions that halve or double the sides, as in DCGAN (Radford et
/// al. 2016); GANs and auto-encoders share them.
namespace gradzoo {

/// What ImageEncoder and ImageDecoder take.
struct ImageCoderOptions {
  int64_t channels = 64;                       ///< at half the image's resolution; twice as many at a quarter
  Tensor (*activation)(const Tensor&) = relu;  ///< between the layers
  int64_t norm_groups = 0;  ///< of a decoder: channels are normalised in so many groups behind each layer but
                            ///< the last; 0: not
  bool he = false;          ///< weights begin as He et al. 2015 have them, biases at 0; else as PyTorch's
  bool spectral_norm = false;  ///< of an encoder's weights
  DType dtype = DType::f32;    ///< of the parameters
};

/// Throws Error, naming `model`, for images whose sides are not multiples of 4.
void check_codable(const char* model, const DataShape& shape);
/// Whether they are.
bool is_codable(const DataShape& shape);

/// conv 4x4 C-c, conv c-2c, both at stride 2, an activation after each: (B, H W C) -> (B, features()).
class ImageEncoder : public Module {
 public:
  /// Of images that are codable.
  ImageEncoder(const DataShape& shape, Rng& rng, const ImageCoderOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  int64_t features() const { return features_; }  ///< numbers that an image becomes

 private:
  DataShape shape_;
  int64_t features_;
  Tensor (*activation_)(const Tensor&);
  Conv2d first_, second_;
};

/// linear in-(H/4 W/4 2c), conv_transpose 4x4 2c-c, c-C, both at stride 2, an activation before each: (B, in)
/// -> (B, H W C).
class ImageDecoder : public Module {
 public:
  /// Of images that are codable.
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
