#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// Two mixtures of the same modes with different weights, told apart by KL and by the Fisher divergence.
struct BlindnessLab {
  static constexpr const char* name = "blindness";
  static constexpr const char* idea =
      "what scores cannot see: the weights of modes far apart, and how noise shows them";
  static constexpr const char* source = "Song & Ermon 2019, section 3.2; Wenliang & Kanagawa 2020";

  std::vector<double> separations = {1, 2, 4, 6, 8, 10, 12, 16};  // of the modes, in their widths

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
