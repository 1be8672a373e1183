#include "gradzoo/models/vae/network.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/distributions.h"
#include "models/networks/labels.h"

namespace gradzoo {

VaeNetwork::VaeNetwork(const VaeShape& shape, Rng& rng)
    : shape_(shape),
      encoder_activation_(shape.encoder_activation),
      decoder_activation_(shape.decoder_activation) {
  const auto add = [&](const char* name, auto& layer, auto made) {
    layer = std::move(made);
    register_module(name, *layer);
  };
  const auto linear = [&](int64_t in, int64_t out) {
    return std::make_unique<Linear>(in, out, rng, LinearOptions{.dtype = shape.dtype});
  };
  if (shape.gaussian) {
    const auto& [sigma, learned, each] = *shape.gaussian;
    decoder_logvar_ = full({each ? shape.data.size() : 1}, 2 * std::log(sigma), shape.dtype);
    if (learned) register_parameter("decoder_logvar", decoder_logvar_);
  }
  const int64_t pixels = shape.data.size(), code = shape.latent + shape.classes;
  if (shape.net == VaeNet::conv) {
    const ImageCoderOptions options{.channels = shape.channels, .dtype = shape.dtype};
    add("encoder", encoder_, std::make_unique<ImageEncoder>(shape.data, rng, options));
    add("encoder_head", encoder_head_, linear(encoder_->features() + shape.classes, 2 * shape.latent));
    add("decoder", decoder_, std::make_unique<ImageDecoder>(code, shape.data, rng, options));
    return;
  }
  add("encoder_hidden", encoder_hidden_, linear(pixels + shape.classes, shape.hidden));
  add("encoder_head", encoder_head_, linear(shape.hidden, 2 * shape.latent));
  add("decoder_hidden", decoder_hidden_, linear(code, shape.hidden));
  add("decoder_out", decoder_out_, linear(shape.hidden, pixels));
}

Posterior VaeNetwork::encode(const Tensor& x, const Tensor& labels) const {
  const auto conditional = [&](const Tensor& rows) { return beside_label(rows, labels, shape_.classes); };
  const Tensor h = encoder_ ? conditional((*encoder_)(x))  // (B, hidden)
                            : encoder_activation_((*encoder_hidden_)(conditional(x)));
  const Tensor head = (*encoder_head_)(h);  // (B, 2 latent)
  return {slice(head, 1, 0, shape_.latent), slice(head, 1, shape_.latent, 2 * shape_.latent)};
}

Tensor VaeNetwork::decode(const Tensor& z, const Tensor& labels) const {
  const Tensor code = beside_label(z, labels, shape_.classes);
  return decoder_ ? (*decoder_)(code) : (*decoder_out_)(decoder_activation_((*decoder_hidden_)(code)));
}

Tensor VaeNetwork::expected(const Tensor& z, const Tensor& labels) const {
  const Tensor out = decode(z, labels);
  return shape_.gaussian ? out : sigmoid(out);
}

Tensor VaeNetwork::draw(const Tensor& z, const Tensor& labels, Rng& rng) const {
  const Tensor mean = expected(z, labels);
  if (!shape_.gaussian) return bernoulli(mean, rng);
  return mean + exp(decoder_logvar_ * 0.5) * randn_like(mean, rng);
}

Tensor VaeNetwork::log_likelihood(const Tensor& x, const Tensor& z, const Tensor& labels) const {
  const Tensor out = decode(z, labels);
  if (shape_.gaussian) return sum(normal_log_prob(x, out, decoder_logvar_), 1);
  return neg(sum(binary_cross_entropy_with_logits(out, x), 1));
}

}  // namespace gradzoo
