#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// Eight distant modes of unequal weight, sampled by Langevin chains on scores of one noise level and of
/// many.
struct NoiseLevelsLab {
  static constexpr const char* name = "noise-levels";
  static constexpr const char* idea = "why Langevin on a score of one noise level fails, and annealing works";
  static constexpr const char* source = "Song & Ermon 2019";

  int64_t steps = 4000;  // of training, each net
  int64_t chains = 2000;
  int64_t walk_steps = 1000;  // Langevin steps of each chain, all levels together

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
