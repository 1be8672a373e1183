#pragma once

#include <vector>

#include "base/options.h"
#include "models/base/training_options.h"
#include "models/networks/energy.h"

namespace gradzoo {

enum class DdeNet { mlp, unet };
inline constexpr Choice<DdeNet> kDdeNets[] = {{"mlp", DdeNet::mlp}, {"unet", DdeNet::unet}};

struct DdeOptions {
  DdeNet net = DdeNet::mlp;
  EnergyOptions energy = {.hidden = {128, 128}, .input_scale = 4};
  double sigma = 0.1;
  double sigma_begin = 0;
  double generator_sigma = 0;
  int64_t density_steps = 0;
  int64_t fake_steps = 1;
  double generator_lr = 0;
  int64_t channels = 32;
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
