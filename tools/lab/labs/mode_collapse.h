#pragma once

#include <cstdint>

#include "tools/lab/lab.h"

namespace gradzoo {

/// GANs that lose modes of ring8 beside GANs that keep them, while they train.
struct ModeCollapseLab : Lab {
  int64_t steps = 8000;  // of training, each setting and seed
  int64_t looks = 40;    // at the modes covered, evenly over the steps
  int64_t seeds = 3;     // the context's and those after it: how a game goes hangs on chance

  double noise = 0.2;  // on what D sees, where there is any

  void describe(OptionTable& options) override;
  LabResult run(const LabContext& context) const override;
};

}  // namespace gradzoo
