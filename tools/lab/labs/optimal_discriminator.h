#pragma once

#include <cstdint>

#include "tools/lab/lab.h"

namespace gradzoo {

/// A classifier between draws of two known densities, against what it should say.
struct OptimalDiscriminatorLab {
  static constexpr const char* name = "optimal-discriminator";
  static constexpr const char* idea =
      "a classifier between two laws learns p/(p + q), and its loss their distance";
  static constexpr const char* source = "Goodfellow et al. 2014";

  int64_t steps = 4000;      // of training, each pair of densities
  int64_t early_steps = 20;  // of one more

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
