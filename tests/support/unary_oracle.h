#pragma once

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

namespace gradzoo::test {

/// Holds an op of one operand to a function of double, in f64 and in f32, relative to the value.
inline void check_unary(Tensor (*op)(const Tensor&), double (*oracle)(double),
                        const std::vector<double>& at) {
  const Shape shape = {static_cast<int64_t>(at.size())};
  const std::vector<double> wide = op(tensor(at, shape, DType::f64)).to_vector();
  const std::vector<double> narrow = op(tensor(at, shape, DType::f32)).to_vector();
  for (size_t i = 0; i < at.size(); ++i) {
    CAPTURE(at[i]);
    const auto close = [](double got, double wanted, double epsilon) {
      return got == wanted || std::abs(got - wanted) <= epsilon * std::abs(wanted);
    };
    CHECK(close(wide[i], oracle(at[i]), 1e-14));
    CHECK(close(narrow[i], oracle(static_cast<float>(at[i])), 1e-6));
  }
}

}  // namespace gradzoo::test
