#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/tensor.h"
#include "support/short_names.h"

namespace gradzoo::test {

/// The largest distance between values at the same place of two lists, which must be equally long.
inline double largest_difference(const Doubles& x, const Doubles& y) {
  REQUIRE(x.size() == y.size());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

/// The same of two tensors, which must have one shape.
inline double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return largest_difference(a.to_vector(), b.to_vector());
}

}  // namespace gradzoo::test
