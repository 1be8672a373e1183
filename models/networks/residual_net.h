#pragma once

#include <memory>
#include <vector>

#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// The options of ResidualNet.
struct ResidualNetOptions {
  int64_t channels = 32;     ///< channels of the blocks
  int64_t blocks = 2;        ///< number of residual blocks
  DType dtype = DType::f32;  ///< dtype of the parameters
};

/// A network on images that keeps their resolution: a 3x3 convolution to `channels`, then blocks
///   x + c(silu(n(c(silu(n x)))))   (He et al. 2016, "Identity mappings"; n: group norm, c: 3x3),
/// then c(silu(n x)) to the output's channels. The last convolution, and so the output, is initially 0.
class ResidualNet : public Module {
 public:
  /// Makes a network with `in` input and `out` output channels.
  ResidualNet(int64_t in, int64_t out, Rng& rng, const ResidualNetOptions& options = {});
  /// Maps (B,H,W,in) to (B,H,W,out).
  Tensor forward(const Tensor& x) const override;

 private:
  struct Block {
    Block(Rng& rng, const ResidualNetOptions& options);
    GroupNorm norm_in, norm_out;
    Conv2d conv_in, conv_out;
  };

  Conv2d in_;
  std::vector<std::unique_ptr<Block>> blocks_;
  GroupNorm norm_;
  Conv2d out_;
};

}  // namespace gradzoo
