#pragma once

#include <cstdint>
#include <vector>

#include "tools/lab/lab.h"

namespace gradzoo {

/// Two models: one of good likelihood and bad samples, one of good samples and no likelihood.
struct LikelihoodVsQualityLab {
  static constexpr const char* name = "likelihood-vs-quality";
  static constexpr const char* idea =
      "a good likelihood with samples of noise, and perfect samples with none";
  static constexpr const char* source = "Theis, van den Oord & Bethge 2016";

  std::vector<int64_t> dimensions = {1, 3, 10, 30, 100, 300, 1000};  // of the data of the first model

  LabResult run(const LabContext& context) const;
};

}  // namespace gradzoo
