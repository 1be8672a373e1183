#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/nce/nce.h"

namespace gradzoo {

NceNetwork::NceNetwork(int64_t inputs, const EnergyOptions& energy, bool learns_constant, Rng& rng)
    : energy_(inputs, energy, rng) {
  register_module("energy", energy_);
  if (!learns_constant) return;
  constant_ = zeros({1});
  register_parameter("log_z", constant_);
}

Tensor NceNetwork::log_model(const Tensor& x) const {
  return constant_.defined() ? log_density(x) - constant_ : log_density(x);
}

}  // namespace gradzoo
