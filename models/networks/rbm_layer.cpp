#include "gradzoo/models/networks/rbm_layer.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/init.h"

namespace gradzoo {
namespace {

// bias'x + sum softplus(logits), a row.
Tensor marginal(const Tensor& x, const Tensor& bias, const Tensor& logits) {
  return reshape(matmul(x, reshape(bias, {bias.size(), 1})), {x.dim(0)}) + sum(softplus(logits), 1);
}

}  // namespace

RbmLayer::RbmLayer(int64_t visible, int64_t hidden, Rng& rng, DType dtype) {
  if (visible < 1 || hidden < 1)
    throw Error("rbm: {} visible and {} hidden units. Hint: at least one of each", visible, hidden);
  weight_ = empty({visible, hidden}, dtype);
  init::normal(weight_, rng, 0.0, 0.01);
  visible_bias_ = zeros({visible}, dtype);
  hidden_bias_ = zeros({hidden}, dtype);
  register_parameter("weight", weight_);
  register_parameter("visible_bias", visible_bias_);
  register_parameter("hidden_bias", hidden_bias_);
}

Tensor RbmLayer::hidden_probabilities(const Tensor& x) const {
  return sigmoid(matmul(x, weight_) + hidden_bias_);
}

Tensor RbmLayer::visible_probabilities(const Tensor& h) const {
  return sigmoid(matmul(h, weight_, false, true) + visible_bias_);
}

Tensor RbmLayer::free_energy(const Tensor& x) const {
  return neg(marginal(x, visible_bias_, matmul(x, weight_) + hidden_bias_));
}

Tensor RbmLayer::hidden_log_density(const Tensor& h) const {
  return marginal(h, hidden_bias_, matmul(h, weight_, false, true) + visible_bias_);
}

}  // namespace gradzoo
