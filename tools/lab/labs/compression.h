#pragma once

#include "tools/lab/lab.h"

namespace gradzoo {

/// Cross-entropy as code length: what a model that was fitted to few data costs in bits.
struct CompressionLab {
  static constexpr const char* name = "compression";
  static constexpr const char* idea =
      "cross-entropy is code length, KL the bits lost, and maximum likelihood loses fewest";
  static constexpr const char* source = "Shannon 1948; Fisher 1922; Rissanen 1986";

  std::vector<int64_t> sizes = {30, 100, 300, 1000, 3000};  // of the training set
  int64_t trials = 400;

  LabResult run(const LabContext& context) const;
};

/// Lengths in bits of Huffman's code for symbols of these probabilities.
std::vector<int64_t> huffman_lengths(const std::vector<double>& probabilities);

}  // namespace gradzoo
