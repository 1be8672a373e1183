#pragma once

#include <span>
#include <string>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

/// A convolution with the sizes of this project's networks; the batch has 64 images.
struct ConvolutionCase {
  std::string name;
  int64_t side, in, out, kernel;
  ConvOptions options;
};
std::span<const ConvolutionCase> convolution_cases();

/// The rates of a convolution's three products in GFLOP/s. Operations on the border of zeros are counted.
struct ConvolutionRates {
  double forward, by_data, by_weight;
};
/// Returns the median rates; each product is repeated for about `seconds`.
ConvolutionRates convolution_rates(const ConvolutionCase& of, double seconds);

}  // namespace gradzoo
