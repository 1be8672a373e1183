#pragma once

#include <cstdint>

#include "tools/lab/lab.h"

namespace gradzoo {

/// GANs that lose modes of ring8 beside GANs that keep them, while they train.
struct ModeCollapseLab {
  static constexpr const char* name = "mode-collapse";
  static constexpr const char* idea = "a GAN that finds all modes of a ring, and one that loses most of them";
  static constexpr const char* source = "Goodfellow et al. 2014; Metz et al. 2017";

  int64_t steps = 8000;  // of training, each setting and seed
  int64_t looks = 40;    // at the modes covered, evenly over the steps
  int64_t seeds = 3;     // the context's and those after it: how a game goes hangs on chance

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
