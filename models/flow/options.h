#pragma once

#include <string>
#include <vector>

#include "models/base/training_options.h"

namespace gradzoo {

struct FlowOptions {
  bool conditional = true;
  double label_dropout = 0.1;
  double guidance = 1.25;
  int64_t sample_steps = 20;
  int64_t channels = 32;
  std::vector<int64_t> hidden = {256, 256, 256};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
