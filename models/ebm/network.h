#pragma once

#include "datasets/dataset.h"
#include "models/ebm/options.h"
#include "models/networks/energy.h"

namespace gradzoo {

/// f of examples of this shape, by the network that is asked for. Throws Error where net=conv meets points.
EnergyNetwork ebm_network(const EbmOptions& options, const DataShape& shape, Rng& rng);

}  // namespace gradzoo
