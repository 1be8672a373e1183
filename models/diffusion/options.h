#pragma once

#include <string>

#include "models/base/training_options.h"
#include "models/networks/noise_energy.h"
#include "models/networks/pairing.h"
#include "models/networks/path_steps.h"
#include "models/networks/time_network.h"

namespace gradzoo {

/// What a model is conditional on: labels, clusters of images, clusters within each label, or nothing.
struct Classes {
  bool by_label = false;
  int64_t clusters = 0;  // in all; 0: none

  /// "labels", "labels:100", "clusters:100" or "none". Throws Error for others.
  static Classes read(const std::string& text);
  bool any() const { return by_label || clusters > 0; }
};

/// The options of every model along a path from noise to data.
struct PathOptions {
  std::string classes = "labels";
  double label_dropout = 0.1;
  double guidance = 1.25;
  int64_t sample_steps = 20;
  PathStep solver = euler_step;
  LevelOptions level = {};
  TimeNetworkOptions network = {};
  Pixels pixels = Pixels::grey;
  int64_t image_epochs = 4;  // by default; no setting

  void describe(OptionTable& options);
  /// The options of a request for samples.
  void describe_sampling(OptionTable& options, bool is_conditional);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct FlowOptions : PathOptions {
  Pairing pairing = Pairing::independent;

  FlowOptions() { network.bounded = true; }
  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct DdpmOptions : PathOptions {
  DdpmOptions() {
    sample_steps = 50;
    solver = ddim_step;
    pixels = Pixels::dequantised;
    image_epochs = 10;
  }
};

struct NcsnOptions : PathOptions {
  NoiseNet net = NoiseNet::score;
  double sigma_begin = 20;
  double sigma_end = 0.01;

  NcsnOptions() {
    solver = langevin_step;
    image_epochs = 10;
  }
  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
