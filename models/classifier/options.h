#pragma once

#include <string>
#include <vector>

#include "models/base/training_options.h"

namespace gradzoo {

struct ClassifierOptions {
  std::vector<int64_t> hidden = {512, 256};
  std::string activation = "relu";
  double noise = 0.2;
  double weight_decay = 0.01;

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
