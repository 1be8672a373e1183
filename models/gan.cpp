#include "models/gan.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

constexpr double kSlope = 0.2;  // of the discriminator's leaky ReLU

class LeakyRelu : public Module {
 public:
  Tensor forward(const Tensor& x) const override { return leaky_relu(x, kSlope); }
};

std::vector<int64_t> layer_sizes(int64_t in, const std::vector<int64_t>& hidden, int64_t out) {
  std::vector<int64_t> sizes = {in};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  sizes.push_back(out);
  return sizes;
}

}  // namespace

Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits) {
  return neg(mean(softplus(neg(real_logits))) + mean(softplus(fake_logits)));
}

Tensor discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits, double smoothing) {
  const Tensor loss = neg(gan_value(real_logits, fake_logits));
  // log D - log(1 - D) = l: a share of the real examples' weight moves from the one to the other.
  return smoothing == 0 ? loss : loss + mean(real_logits) * smoothing;
}

Tensor generator_loss(const Tensor& fake_logits, GeneratorLoss loss) {
  return loss == GeneratorLoss::minimax ? neg(mean(softplus(fake_logits))) : mean(softplus(neg(fake_logits)));
}

Generator::Generator(const GanShape& shape, Rng& rng)
    : mlp_(layer_sizes(shape.latent, shape.generator_hidden, shape.inputs), rng,
           {.activation = "relu",
            .final_activation = shape.bounded ? "tanh" : "identity",
            .linear = {.dtype = shape.dtype}}) {
  register_module("layers", mlp_);
}

Discriminator::Discriminator(const GanShape& shape, Rng& rng) {
  const std::vector<int64_t> sizes = layer_sizes(shape.inputs, shape.discriminator_hidden, 1);
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    if (i > 0) layers_.append<LeakyRelu>();
    layers_.append<Linear>(sizes[i], sizes[i + 1], rng, LinearOptions{.dtype = shape.dtype});
  }
  register_module("layers", layers_);
}

}  // namespace gradzoo
