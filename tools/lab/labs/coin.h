#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// A coin's chance of heads, from prior to posterior, by the Beta distribution.
struct CoinLab {
  static constexpr const char* name = "coin";
  static constexpr const char* idea =
      "from prior to posterior: what flips of a coin tell of its chance of heads";
  static constexpr const char* source = "Bayes 1763; Laplace 1774";

  double chance = 0.7;  // of heads, in truth
  int64_t flips = 1000;

  LabResult run(const LabContext& context) const;
};

/// Beta(a, b) on [0, 1].
struct Beta {
  double a, b;

  double log_density(double theta) const;
  double mean() const { return a / (a + b); }
  double deviation() const;
  /// theta with a share of the probability below it.
  double quantile(double share) const;
};

}  // namespace gradzoo
