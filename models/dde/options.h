#pragma once

#include <vector>

#include "models/base/training_options.h"
#include "models/networks/energy.h"

namespace gradzoo {

struct DdeOptions {
  EnergyOptions energy = {.hidden = {128, 128}, .input_scale = 4};
  double sigma = 0.1;
  bool generator = false;
  bool fake_density = true;
  int64_t latent = 2;
  std::vector<int64_t> generator_hidden = {128, 128};
  double chain_step = 0.2;
  int64_t chain_steps = 500;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
