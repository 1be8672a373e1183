#include "models/gan/networks.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

constexpr double kSlope = 0.2;  // of the discriminator's leaky ReLU

class LeakyRelu : public Module {
 public:
  Tensor forward(const Tensor& x) const override { return leaky_relu(x, kSlope); }
};

// With He's, the spread of z reaches the examples undiminished: G does not begin on one point.
init::Initializer initializer(GeneratorInit how) {
  if (how == GeneratorInit::torch) return {};
  return [](Tensor& weight, Rng& rng) { init::kaiming_normal(weight, rng); };
}

}  // namespace

Generator::Generator(const GanShape& shape, Rng& rng)
    : latent_(shape.latent),
      pixels_(shape.pixels),
      mlp_(layer_sizes(shape.latent, shape.generator_hidden, shape.inputs), rng,
           {.activation = "relu",
            .final_activation = shape.pixels ? "tanh" : "identity",
            .linear = {.init = initializer(shape.init), .dtype = shape.dtype}}) {
  register_module("layers", mlp_);
}

Tensor Generator::forward(const Tensor& z) const {
  const Tensor x = centred(z);
  return pixels_ ? (x + 1.0) * 0.5 : x;
}

Tensor Generator::draw(int64_t n, Rng& rng) const { return forward(randn({n, latent_}, rng)); }

Discriminator::Discriminator(const GanShape& shape, Rng& rng) : pixels_(shape.pixels) {
  const std::vector<int64_t> sizes = layer_sizes(shape.inputs, shape.discriminator_hidden, 1);
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    if (i > 0) layers_.append<LeakyRelu>();
    layers_.append<Linear>(sizes[i], sizes[i + 1], rng, LinearOptions{.dtype = shape.dtype});
  }
  register_module("layers", layers_);
}

Tensor Discriminator::centred(const Tensor& x) const { return pixels_ ? x * 2.0 - 1.0 : x; }

}  // namespace gradzoo
