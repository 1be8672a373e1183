#pragma once

#include "models/base/training_options.h"
#include "models/nce/noise.h"
#include "models/networks/energy.h"

namespace gradzoo {

struct NceOptions {
  NoiseKind noise = NoiseKind::fitted;
  double noise_width = 1.2;
  int64_t nu = 2;
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct CnceOptions {
  double eps = 0.3;
  int64_t nu = 1;
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
