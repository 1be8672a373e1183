#include "gradzoo/models/ebm/ebm.h"
#include "models/networks/conv_energy.h"

namespace gradzoo {

EnergyNetwork ebm_network(const EbmOptions& options, const DataShape& shape, Rng& rng) {
  const EnergyOptions& energy = options.energy;
  if (options.net == EbmNet::mlp) return {shape.size(), energy, rng};
  return {shape.size(), energy, "conv",
          std::make_unique<ConvEnergy>(shape,
                                       ConvEnergyOptions{.channels = options.channels,
                                                         .hidden = energy.hidden,
                                                         .activation = energy.activation,
                                                         .spectral_norm = energy.spectral_norm},
                                       rng)};
}

}  // namespace gradzoo
