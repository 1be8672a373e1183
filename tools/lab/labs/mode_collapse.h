#pragma once

#include <cstdint>

#include "tools/lab/lab.h"

namespace gradzoo {

/// A GAN that loses modes of ring8 beside one that keeps them, while they train.
struct ModeCollapseLab {
  static constexpr const char* name = "mode-collapse";
  static constexpr const char* idea = "a GAN that finds all modes of a ring, and one that loses most of them";
  static constexpr const char* source = "Goodfellow et al. 2014; Metz et al. 2017";

  int64_t steps = 6000;  // of training, each setting
  int64_t looks = 40;    // at the modes covered, evenly over the steps

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
