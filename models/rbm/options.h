#pragma once

#include "datasets/images/pixels.h"
#include "models/base/training_options.h"
#include "models/networks/rbm_learning.h"
#include "samplers/partition.h"

namespace gradzoo {

struct RbmOptions {
  int64_t hidden = 500;
  RbmLearningOptions learning;
  Pixels pixels = Pixels::dynamic_binary;
  int64_t sample_steps = 1000;
  AnnealingOptions annealing;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
