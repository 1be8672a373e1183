#pragma once

#include "datasets/dataset.h"
#include "models/ebm/options.h"
#include "models/networks/energy.h"

namespace gradzoo {

/// f for examples of this shape, by the chosen network. Throws Error for net=conv with points.
EnergyNetwork ebm_network(const EbmOptions& options, const DataShape& shape, Rng& rng);

}  // namespace gradzoo
