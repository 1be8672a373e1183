#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// One energy, trained by every objective of score matching; and what none of them sees.
struct ScoreMatchingLab {
  static constexpr const char* name = "score-matching";
  static constexpr const char* idea =
      "one energy trained by every objective of score matching, and what none of them sees";
  static constexpr const char* source = "Hyvarinen 2005; Vincent 2011; Song et al. 2019; Pang et al. 2020";

  int64_t steps = 1500;    // of training, each objective
  int64_t hidden = 64;     // units of both hidden layers
  int64_t half_way = 150;  // steps to the energy that the noise of gradients is measured at
  int64_t batches = 200;   // by so many

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
