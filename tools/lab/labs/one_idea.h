#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// One network that guesses the noise in x_t, read as noise, denoised point, score and velocity, and sampled
/// by all of these.
struct OneIdeaLab {
  static constexpr const char* name = "one-idea";
  static constexpr const char* idea =
      "one network read four ways: as noise, as denoiser, as score, as velocity";
  static constexpr const char* source = "Vincent 2011; Ho et al. 2020; Song et al. 2021; Lipman et al. 2023";

  int64_t steps = 6000;  // of training
  int64_t samples = 2500;
  int64_t walk_steps = 50;  // of each solver, from noise to data

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
