#include "gradzoo/models/networks/energy.h"

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/layers.h"
#include "models/networks/labels.h"

namespace gradzoo {
namespace {

const EnergyOptions& checked(const EnergyOptions& options) {
  if (!(options.input_scale > 0))
    throw Error("energy network: input_scale {} is not above 0. Hint: use 1 for unscaled inputs",
                options.input_scale);
  if (!(options.output_scale > 0))
    throw Error("energy network: output_scale {} is not above 0. Hint: use 1 for unscaled outputs",
                options.output_scale);
  if (!(options.confinement >= 0))
    throw Error(
        "energy network: confinement {} is below 0. Hint: use a radius beyond the data, or 0 for none",
        options.confinement);
  return options;
}

}  // namespace

EnergyNetwork::EnergyNetwork(int64_t inputs, const EnergyOptions& options, Rng& rng, DType dtype,
                             int64_t classes)
    : inputs_(inputs),
      classes_(classes),
      options_(checked(options)),
      net_(std::make_unique<Mlp>(
          layer_sizes(inputs + classes, options.hidden, 1), rng,
          MlpOptions{.activation = options.activation,
                     .linear = {.spectral_norm = options.spectral_norm, .dtype = dtype}})) {
  register_module("mlp", *net_);
}

EnergyNetwork::EnergyNetwork(int64_t inputs, const EnergyOptions& options, const std::string& name,
                             std::unique_ptr<Module> net)
    : inputs_(inputs), classes_(0), options_(checked(options)), net_(std::move(net)) {
  register_module(name, *net_);
}

Tensor EnergyNetwork::column(const Tensor& x, const Tensor& labels) const {
  if (x.rank() != 2 || x.dim(1) != inputs_)
    throw Error("energy network: inputs are {} instead of (B,{}). Hint: use data of the model's width",
                x.shape().str(), inputs_);
  Tensor f =
      net_->forward(beside_label(options_.input_scale == 1 ? x : x * options_.input_scale, labels, classes_));
  if (options_.output_scale != 1) f = f * options_.output_scale;
  if (options_.confinement == 0) return f;
  return f - sum(square(x), 1, true) / (2 * options_.confinement * options_.confinement);
}

Tensor EnergyNetwork::log_density(const Tensor& x, const Tensor& labels) const {
  return reshape(column(x, labels), {x.dim(0)});
}

Tensor EnergyNetwork::score(const Tensor& x, bool create_graph, const Tensor& labels) const {
  // Rows do not interact, so the gradient of the sum has each row's own gradient in its row.
  const FunctionalScope scope(create_graph);
  const Tensor points = scope.input(x);
  return scope.result(grad(sum(log_density(points, labels)), points, {.create_graph = create_graph}));
}

Target EnergyNetwork::target() const {
  return {.log_prob = [this](const Tensor& x) { return log_density(x); }};
}

void EnergyOptions::describe(OptionTable& options) {
  options.add("hidden", hidden,
              "widths of the hidden layers; one layer of softplus with a confinement is the free energy of a "
              "Gaussian RBM",
              {1, 65536});
  options.add("activation", activation, "activation of the hidden layers", activation_names());
  options.add("input_scale", input_scale,
              "factor of the network's input; a larger one lets an untrained network follow finer structure",
              {1e-6, 1e6});
  options.add("output_scale", output_scale,
              "factor of the network's output; a larger one lets a training step move f further",
              {1e-6, 1e6});
  options.add("confinement", confinement,
              "c in the term -|x|^2 / (2 c^2) of f, which makes exp f normalisable; 0: none", {0, 1e6});
}

}  // namespace gradzoo
