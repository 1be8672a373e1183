#pragma once

#include "datasets/toys/toy.h"
#include "models/score/objectives.h"
#include "models/score/options.h"

namespace gradzoo {

/// The objective, and the data it is for.
struct ScoreTask {
  ScoreObjective objective = ScoreObjective::dsm;
  double sigma = 0.5;                        // of dsm's noise
  double data_noise = 0;                     // standard deviation of Gaussian noise that belongs to the data
  bool antithetic = true;                    // dsm: noise in pairs +-eps
  ProbeKind probes = ProbeKind::rademacher;  // ssm, ism_hutchinson
  int64_t probe_count = 1;                   // of a row
  double fd_eps = 0.1;                       // fd_ssm: length of a step

  static ScoreTask of(const ScoreOptions& options);

  /// The noise of the learned density, p * N(0, noise^2 I).
  double learned_noise() const;
};

/// The objective of every row, (B), on the caller's tape; dsm is multiplied by sigma^2. `data` (B, d) is
/// without noise; `toy` gives esm its score and may be null elsewhere.
Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng);

}  // namespace gradzoo
