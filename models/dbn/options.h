#pragma once

#include <vector>

#include "datasets/images/pixels.h"
#include "models/base/training_options.h"
#include "models/networks/rbm_learning.h"
#include "samplers/partition.h"

namespace gradzoo {

/// What a layer passes to the next one as training data.
enum class DbnUpward { samples, probabilities };
inline constexpr Choice<DbnUpward> kDbnUpward[] = {{"samples", DbnUpward::samples},
                                                   {"probabilities", DbnUpward::probabilities}};

struct DbnOptions {
  std::vector<int64_t> hidden = {500, 500};
  RbmLearningOptions learning;
  DbnUpward upward = DbnUpward::samples;
  Pixels pixels = Pixels::dynamic_binary;
  int64_t sample_steps = 1000;
  AnnealingOptions annealing;
  int64_t bound_samples = 10;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
