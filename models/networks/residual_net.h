#pragma once

#include <memory>
#include <vector>

#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// What ResidualNet takes.
struct ResidualNetOptions {
  int64_t channels = 32;     ///< of the blocks
  int64_t blocks = 2;        ///< residual ones
  DType dtype = DType::f32;  ///< of the parameters
};

/// A network of images that keeps their sides: a convolution 3x3 to `channels`, then blocks
///   x + c(silu(n(c(silu(n x)))))   (He et al. 2016, "Identity mappings"; n: group norm, c: 3x3),
/// then c(silu(n x)) to the output's channels. The last convolution is initialised to 0, so the output is 0
/// at first.
class ResidualNet : public Module {
 public:
  /// Channels of input and output.
  ResidualNet(int64_t in, int64_t out, Rng& rng, const ResidualNetOptions& options = {});
  /// (B,H,W,in) -> (B,H,W,out)
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
