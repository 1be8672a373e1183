#pragma once

#include <span>
#include <string>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

/// A convolution of the sizes that networks here have, batch 64.
struct ConvolutionCase {
  std::string name;
  int64_t side, in, out, kernel;
  ConvOptions options;
};
std::span<const ConvolutionCase> convolution_cases();

/// GFLOP/s of its three products, those with the border of zeros counted.
struct ConvolutionRates {
  double forward, by_data, by_weight;
};
/// The median of products over about `seconds` each.
ConvolutionRates convolution_rates(const ConvolutionCase& of, double seconds);

}  // namespace gradzoo
