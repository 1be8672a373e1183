#include "gradzoo/samplers/metropolis.h"

#include <cmath>

#include <doctest/doctest.h>

#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;

TEST_CASE("uphill is always accepted, downhill by the ratio, and what has no density never") {
  const Tensor ratio = tensor({3, 0, -1, -kInf, kInf, std::nan("")}, {6}, DType::f64);
  CHECK(max_error(metropolis_acceptance(ratio), {1, 1, std::exp(-1), 0, 1, 0}) < 1e-15);
}

TEST_CASE("a uniform number of 0 does not take a proposal of probability 0") {
  const Tensor ratio = tensor({-kInf, std::nan(""), 0, -0.5, -0.5}, {5}, DType::f64);
  const Tensor u = tensor({0, 0, 0.999999, 0.6, 0.61}, {5}, DType::f64);
  CHECK(metropolis_moves(ratio, u).to_vector() == std::vector<double>{0, 0, 1, 1, 0});
}

}  // namespace gradzoo
