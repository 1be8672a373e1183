#pragma once

#include "models/base/training_options.h"
#include "models/networks/coupling_flow.h"

namespace gradzoo {

struct RealNvpOptions {
  CouplingFlowOptions flow = {};
  Pixels pixels = Pixels::dequantised;
  double temperature = 1;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
