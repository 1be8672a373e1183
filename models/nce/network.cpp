#include "models/nce/network.h"

#include "autograd/ops.h"

namespace gradzoo {

NceNetwork::NceNetwork(const EnergyShape& shape, bool learns_constant, Rng& rng) : energy_(shape, rng) {
  register_module("energy", energy_);
  if (!learns_constant) return;
  constant_ = zeros({1}, shape.dtype);
  register_parameter("log_z", constant_);
}

Tensor NceNetwork::log_model(const Tensor& x) const {
  return constant_.defined() ? log_density(x) - constant_ : log_density(x);
}

}  // namespace gradzoo
