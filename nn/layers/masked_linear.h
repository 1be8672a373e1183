#pragma once

#include <vector>

#include "autograd/random.h"
#include "nn/layers/module.h"

namespace gradzoo {

/// x (M o W)' + b, W o M elementwise: x (..., in), weight and mask (out, in), bias (out) or undefined.
/// Differentiable in all but the mask.
Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias = {});

/// A Linear with a mask: where the mask is 0 the weight is and stays 0, so the output does not depend on the
/// input (Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", eq. 9). Its parameters
/// are initialised as a Linear's, with one draw for the weight and one for the bias.
///
/// If the mask is a staircase (later outputs read more inputs than earlier ones), its rows are cut into
/// blocks. Each block is a weight as wide as its last row needs, so the masked corner is neither stored nor
/// multiplied.
class MaskedLinear : public Module {
 public:
  /// mask (out, in) of 0 and 1; the parameters have its dtype. Throws Error for another rank or another
  /// value.
  MaskedLinear(const Tensor& mask, Rng& rng, bool bias = true);
  Tensor forward(const Tensor& x) const override;

  const Tensor& mask() const { return mask_; }  ///< (out, in)
  Tensor weight() const;                        ///< (out, in), 0 where the mask is
  const Tensor& bias() const { return bias_; }  ///< undefined without one

 private:
  struct Block {
    Tensor weight, mask;  ///< (rows, inputs from the first to the last that a row reads)
  };
  std::vector<Block> blocks_;
  Tensor mask_, bias_;
};

}  // namespace gradzoo
