#pragma once

#include <vector>

#include "autograd/random.h"
#include "nn/layers/module.h"

namespace gradzoo {

/// x (M o W)' + b, W o M elementwise: x (..., in), weight and mask (out, in), bias (out) or undefined.
/// Differentiable in all but the mask.
Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias = {});

/// A Linear some of whose weights are 0 and stay so: where the mask is 0, an output does not read the input
/// (Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", eq. 9). Its parameters begin
/// as a Linear's; it takes one draw for the weight, one for the bias.
///
/// Where the mask is a staircase, later outputs reading more inputs than earlier ones, its rows are cut into
/// blocks, each a weight as wide as its last row reaches: the corner that nothing reads is neither kept nor
/// multiplied.
class MaskedLinear : public Module {
 public:
  /// mask (out, in) of 0 and 1, whose dtype the parameters have. Throws Error for another rank or a number
  /// that is neither.
  MaskedLinear(const Tensor& mask, Rng& rng, bool bias = true);
  Tensor forward(const Tensor& x) const override;

  const Tensor& mask() const { return mask_; }
  Tensor weight() const;                        // (out, in), 0 where the mask is
  const Tensor& bias() const { return bias_; }  // undefined without one

 private:
  struct Block {
    Tensor weight, mask;  // (rows, inputs from the first to the last that a row reads)
  };
  std::vector<Block> blocks_;
  Tensor mask_, bias_;
};

}  // namespace gradzoo
