#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// A Gaussian and a Laplace law of one mean and variance, told apart by tests of growing power.
struct GaussianLaplaceLab {
  static constexpr const char* name = "gaussian-laplace";
  static constexpr const char* idea =
      "two laws of one mean and variance, told apart by moments and by a classifier";
  static constexpr const char* source = "Neyman & Pearson 1933; Goodfellow et al. 2014";

  std::vector<int64_t> sizes = {10, 30, 100, 300};  // samples in a test
  int64_t trials = 4000;                            // of each test

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
