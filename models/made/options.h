#pragma once

#include <string>
#include <vector>

#include "datasets/images/pixels.h"
#include "models/base/training_options.h"

namespace gradzoo {

struct MadeOptions {
  std::vector<int64_t> hidden = {1000};
  std::string activation = "relu";
  bool direct = true;
  std::string order = "natural";
  Pixels pixels = Pixels::dynamic_binary;

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
