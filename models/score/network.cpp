#include "gradzoo/models/score/network.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "models/networks/labels.h"

namespace gradzoo {

ScoreNetwork::ScoreNetwork(const ScoreShape& shape, Rng& rng) : shape_(shape) {
  if (shape.is_energy) {
    energy_.emplace(shape.inputs,
                    EnergyOptions{.hidden = shape.hidden,
                                  .activation = shape.activation,
                                  .input_scale = shape.input_scale,
                                  .confinement = shape.confinement},
                    rng, shape.dtype, shape.classes);
    register_module("energy", *energy_);
  } else {
    field_.emplace(layer_sizes(shape.inputs + shape.classes, shape.hidden, shape.inputs), rng,
                   MlpOptions{.activation = shape.activation, .linear = {.dtype = shape.dtype}});
    register_module("field", *field_);
  }
}

Tensor ScoreNetwork::operator()(const Tensor& x, const Tensor& labels) const {
  if (energy_) return energy_->log_density(x, labels);
  if (x.rank() != 2 || x.dim(1) != shape_.inputs)
    throw Error("score network: inputs are (B,{}), got {}. Hint: model and data must have the same width",
                shape_.inputs, x.shape().str());
  Tensor y =
      field_->forward(beside_label(x * shape_.input_scale, labels, shape_.classes)) * shape_.output_scale;
  if (shape_.confinement == 0) return y;
  return y - x / (shape_.confinement * shape_.confinement);
}

Tensor ScoreNetwork::score(const Tensor& x, const Tensor& labels) const {
  if (energy_) return energy_->score(x, false, labels);
  const NoGrad quiet;
  return (*this)(x, labels);
}

}  // namespace gradzoo
