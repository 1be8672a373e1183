#pragma once

#include <string>
#include <vector>

#include "models/base/training_options.h"
#include "models/score/objectives.h"

namespace gradzoo {

enum class ScoreNet { energy, vector };
inline constexpr Choice<ScoreNet> kScoreNets[] = {{"energy", ScoreNet::energy}, {"vector", ScoreNet::vector}};
enum class ProbeKind { rademacher, gaussian };
inline constexpr Choice<ProbeKind> kProbeKinds[] = {{"rademacher", ProbeKind::rademacher},
                                                    {"gaussian", ProbeKind::gaussian}};

struct ScoreOptions {
  ScoreObjective objective = ScoreObjective::dsm;
  ScoreNet net = ScoreNet::vector;
  bool conditional = false;
  double sigma = 0.5;
  double data_noise = 0;
  bool antithetic = true;
  ProbeKind probes = ProbeKind::rademacher;
  int64_t probe_count = 1;
  double fd_eps = 0.1;
  std::vector<int64_t> hidden = {1024, 1024, 1024};
  std::string activation = "silu";
  double input_scale = 1;
  double confinement = 0;
  int64_t sample_steps = 500;
  double sample_step = 0;
  bool denoise = true;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
