#include "nn/layers/masked_linear.h"

#include "autograd/ops.h"
#include "nn/layers/init.h"

namespace gradzoo {

Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias) {
  return linear(x, weight * mask, bias);
}

MaskedLinear::MaskedLinear(const Tensor& mask, Rng& rng, bool bias) : mask_(mask.detach().clone()) {
  if (mask.rank() != 2 || count_nonzero(logical_or(eq(mask, 0), eq(mask, 1))) != mask.size())
    throw Error(
        "MaskedLinear: the mask {} is no matrix of 0 and 1. Hint: (out, in), 1 where an input is read",
        mask.shape().str());
  weight_ = empty(mask.shape(), mask.dtype());
  init::torch_linear(weight_, rng);
  register_parameter("weight", weight_);
  if (!bias) return;
  bias_ = empty({mask.dim(0)}, mask.dtype());
  init::torch_bias(bias_, rng, mask.dim(1));
  register_parameter("bias", bias_);
}

Tensor MaskedLinear::weight() const { return weight_ * mask_; }

Tensor MaskedLinear::forward(const Tensor& x) const { return masked_linear(x, weight_, mask_, bias_); }

}  // namespace gradzoo
