#pragma once

#include "models/base/training_options.h"
#include "models/nce/noise.h"
#include "models/networks/energy.h"

namespace gradzoo {

/// Which of fce's two models samples are drawn from.
enum class FceDraws { energy, flow };
inline constexpr Choice<FceDraws> kFceDraws[] = {{"energy", FceDraws::energy}, {"flow", FceDraws::flow}};

struct NceOptions {
  NoiseKind noise = NoiseKind::fitted;
  double noise_width = 1.2;
  int64_t nu = 2;
  int64_t flow_steps = 1000;
  CouplingFlowOptions flow = {};
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct FceOptions {
  double warm_up = 0.25;
  double flow_rate = 0.4;
  FceDraws draw = FceDraws::energy;
  CouplingFlowOptions flow = {};
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct CnceOptions {
  double eps = 0.3;
  int64_t nu = 1;
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
