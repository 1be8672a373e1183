#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/tensor.h"
#include "support/short_names.h"

namespace gradzoo::test {

/// Returns the largest difference between elements with the same index in two lists of the same length.
inline double largest_difference(const Doubles& x, const Doubles& y) {
  REQUIRE(x.size() == y.size());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

/// Returns the largest difference between two tensors, which must have one shape.
inline double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return largest_difference(a.to_vector(), b.to_vector());
}

}  // namespace gradzoo::test
