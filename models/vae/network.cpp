#include "models/vae/network.h"

#include "autograd/ops.h"

namespace gradzoo {

VaeNetwork::VaeNetwork(const VaeShape& shape, Rng& rng)
    : shape_(shape),
      encoder_hidden_(shape.pixels, shape.hidden, rng, {.dtype = shape.dtype}),
      encoder_head_(shape.hidden, 2 * shape.latent, rng, {.dtype = shape.dtype}),
      encoder_activation_(shape.encoder_activation),
      decoder_hidden_(shape.latent, shape.hidden, rng, {.dtype = shape.dtype}),
      decoder_out_(shape.hidden, shape.pixels, rng, {.dtype = shape.dtype}),
      decoder_activation_(shape.decoder_activation) {
  register_module("encoder_hidden", encoder_hidden_);
  register_module("encoder_head", encoder_head_);
  register_module("decoder_hidden", decoder_hidden_);
  register_module("decoder_out", decoder_out_);
}

Posterior VaeNetwork::encode(const Tensor& x) const {
  const Tensor h = encoder_activation_.forward(encoder_hidden_.forward(x));  // (B, hidden)
  const Tensor head = encoder_head_.forward(h);                              // (B, 2 latent)
  return {slice(head, 1, 0, shape_.latent), slice(head, 1, shape_.latent, 2 * shape_.latent)};
}

Tensor VaeNetwork::decode(const Tensor& z) const {
  return decoder_out_.forward(decoder_activation_.forward(decoder_hidden_.forward(z)));
}

Tensor VaeNetwork::log_likelihood(const Tensor& x, const Tensor& z) const {
  return neg(sum(binary_cross_entropy_with_logits(decode(z), x), 1));
}

}  // namespace gradzoo
