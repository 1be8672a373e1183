#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// The gradient that automatic differentiation loses where an energy's input gradient jumps.
struct ReluLostGradientLab {
  static constexpr const char* name = "relu-lost-gradient";
  static constexpr const char* idea =
      "why score matching refuses ReLU: a gradient that automatic differentiation cannot see";
  static constexpr const char* source = "Leibniz's rule, where an integrand jumps";

  std::vector<double> sharpnesses = {1, 4, 16, 64, 256};  // of softplus(b z) / b, which tends to ReLU

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
