#pragma once

#include <string>

#include "nn/layers/layers.h"

namespace gradzoo {

/// q(z|x) of every row.
struct Posterior {
  Tensor mean;    // (B, latent)
  Tensor logvar;  // (B, latent), natural logarithm
};

struct VaeShape {
  int64_t pixels = 784;
  int64_t hidden = 500;
  int64_t latent = 20;
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  DType dtype = DType::f32;
};

/// Encoder pixels-hidden-(mean, logvar) and decoder latent-hidden-pixels.
class VaeNetwork : public Module {
 public:
  VaeNetwork(const VaeShape& shape, Rng& rng);
  Posterior encode(const Tensor& x) const;  // x (B, pixels)
  Tensor decode(const Tensor& z) const;     // z (B, latent) -> logits (B, pixels)
  /// log p(x|z) of every row, nats: (B). On grey pixels this is minus the cross-entropy, not a density.
  Tensor log_likelihood(const Tensor& x, const Tensor& z) const;
  const VaeShape& shape() const { return shape_; }

 private:
  VaeShape shape_;
  Linear encoder_hidden_, encoder_head_;  // the head gives mean and logvar side by side: (B, 2 latent)
  Activation encoder_activation_;
  Linear decoder_hidden_, decoder_out_;
  Activation decoder_activation_;
};

}  // namespace gradzoo
