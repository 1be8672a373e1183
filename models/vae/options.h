#pragma once

#include <string>

#include "models/base/training_options.h"
#include "models/vae/objective.h"
#include "models/vae/prior.h"

namespace gradzoo {

enum class VaeArchitecture { seed, pytorch_examples };
inline constexpr Choice<VaeArchitecture> kVaeArchitectures[] = {
    {"seed", VaeArchitecture::seed}, {"pytorch-examples", VaeArchitecture::pytorch_examples}};

struct VaeOptions {
  VaeArchitecture architecture = VaeArchitecture::seed;
  VaeNet net = VaeNet::mlp;
  bool conditional = false;
  int64_t channels = 32;
  int64_t hidden = 500;
  int64_t latent = 20;
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  Pixels pixels = Pixels::grey;
  VaeObjective objective = VaeObjective::elbo;
  int64_t samples = 1;
  VaeEstimator estimator = VaeEstimator::reparam;
  VaeBaseline baseline = VaeBaseline::constant;
  double beta = 1;
  double kl_warmup = 0;
  int64_t importance_samples = 1000;
  Prior prior = Prior::mixture;
  int64_t components = 200;

  void describe(OptionTable& options);
  void describe_evaluation(OptionTable& options);  // what an evaluation may choose anew
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
