#pragma once

#include <memory>

#include "nn/layers/image_layers.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// x + c(silu(n(c(silu(n x))))), the second normalisation scaled and shifted by an embedding of time and
/// label (Ho et al. 2020; Dhariwal & Nichol 2021). The last convolution is initialised to 0, so the block
/// starts as the identity.
class ResidualBlock : public Module {
 public:
  /// Channels in and out; numbers of the embedding.
  ResidualBlock(int64_t in, int64_t out, int64_t embedding, Rng& rng, DType dtype = DType::f32);
  /// (x (B,H,W,in), e (B,embedding)) -> (B,H,W,out)
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  int64_t out_;
  GroupNorm norm_in_, norm_out_;
  Conv2d conv_in_, conv_out_;
  Linear modulation_;
  std::unique_ptr<Conv2d> skip_;  ///< null where in = out
};

/// What the U-Net takes.
struct UnetOptions {
  int64_t channels = 32;     ///< at half the image's resolution; twice as many at a quarter
  int64_t embedding = 128;   ///< numbers of time and label
  DType dtype = DType::f32;  ///< of the parameters
};

/// A small U-Net (Ronneberger et al. 2015) on images whose sides are multiples of 4. Its output has the
/// image's shape, and is 0 at initialisation.
class Unet : public Module {
 public:
  /// `labels`: rows of its embedding of labels; 0: it takes no label.
  Unet(int64_t image_channels, int64_t labels, Rng& rng, const UnetOptions& options = {});
  /// (x (B,H,W,C), t (B) in [0,1]), and with labels a third: (B) i64 -> (B,H,W,C)
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  Tensor embed(std::span<const Tensor> inputs) const;

  Linear time_in_, time_out_;
  std::unique_ptr<Embedding> labels_;  ///< null: none
  Conv2d in_;
  ResidualBlock high_;
  Conv2d down_;
  ResidualBlock low_first_, low_second_;
  Conv2d up_;
  ResidualBlock joined_;
  GroupNorm norm_;
  Conv2d out_;
};

}  // namespace gradzoo
