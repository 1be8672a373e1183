#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// The constant that noise-contrastive estimation learns, against log Z by quadrature.
struct NceConstantLab {
  static constexpr const char* name = "nce-constant";
  static constexpr const char* idea =
      "log Z learned as a number, by telling data from noise; and which noise will do";
  static constexpr const char* source = "Gutmann & Hyvarinen 2010";

  int64_t steps = 3000;  // of training, each noise
  int64_t hidden = 128;  // units of both hidden layers

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
