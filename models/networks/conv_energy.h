#pragma once

#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// What ConvEnergy takes.
struct ConvEnergyOptions {
  int64_t channels = 16;               ///< of the first convolution; 2, 4 and 4 times as many behind it
  std::vector<int64_t> hidden = {64};  ///< of the linear layers behind the convolutions
  std::string activation = "silu";     ///< as Activation takes it
  bool spectral_norm = false;          ///< of every layer's weight
  DType dtype = DType::f32;            ///< of the parameters
  bool zero = false;                   ///< the last layer begins at 0, and the function with it
};

/// A scalar function of an image by four convolutions of stride 2 (5x5 with a padding of 4, then 3x3 with 1)
/// and linear layers, an activation after each but the last: (B, H W C) in [0,1] -> (B, 1). Pixels come in as
/// 2x
/// - 1. The network of the UvA deep learning tutorial 8 (Lippe 2022), 28x28 to 16x16, 8x8, 4x4, 2x2.
class ConvEnergy : public Module {
 public:
  ConvEnergy(const DataShape& shape, const ConvEnergyOptions& options,
             Rng& rng);  ///< throws Error for points
  Tensor forward(const Tensor& x) const override;

 private:
  DataShape shape_;
  Sequential layers_;  ///< images to features
  Mlp head_;
};

}  // namespace gradzoo
