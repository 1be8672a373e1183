#pragma once

#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// The options of ConvEnergy.
struct ConvEnergyOptions {
  int64_t channels = 16;  ///< channels of the first convolution; the next have 2, 4 and 4 times as many
  std::vector<int64_t> hidden = {64};  ///< widths of the linear layers after the convolutions
  std::string activation = "silu";     ///< activation, by its name in Activation
  bool spectral_norm = false;          ///< true for spectral normalisation of all weights
  DType dtype = DType::f32;            ///< dtype of the parameters
  bool zero = false;                   ///< true to initialise the last layer, and so the function, to 0
};

/// A scalar function of an image: four convolutions of stride 2 (5x5 with a padding of 4, then 3x3 with 1)
/// and linear layers, with an activation after each layer except the last: (B, H W C) in [0,1] -> (B, 1).
/// Pixels are rescaled to [-1, 1]. This is the network of the UvA deep learning tutorial 8 (Lippe 2022):
/// 28x28 to 16x16, 8x8, 4x4, 2x2.
class ConvEnergy : public Module {
 public:
  /// Throws Error for points.
  ConvEnergy(const DataShape& shape, const ConvEnergyOptions& options, Rng& rng);
  Tensor forward(const Tensor& x) const override;

 private:
  DataShape shape_;
  Sequential layers_;  ///< images to features
  Mlp head_;
};

}  // namespace gradzoo
