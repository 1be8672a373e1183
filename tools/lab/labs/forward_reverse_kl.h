#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// A Gaussian fitted to two modes by one divergence and by another.
struct ForwardReverseKlLab {
  static constexpr const char* name = "forward-reverse-kl";
  static constexpr const char* idea =
      "a Gaussian fitted to two modes: which divergence covers, which one seeks";
  static constexpr const char* source = "Minka 2005; Goodfellow et al. 2014";

  int64_t steps = 1500;  // of Adam, each fit

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
