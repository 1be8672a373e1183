#pragma once

#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

namespace gradzoo::test {

struct Unary {
  Tensor (*op)(const Tensor&);
  double (*oracle)(double);
  std::vector<double> at;
};

/// Compares ops of one operand with functions of double, in f64 and in f32, relative to the value.
inline void check_unary(const std::vector<Unary>& ops) {
  for (const Unary& unary : ops) {
    const Shape shape = {static_cast<int64_t>(unary.at.size())};
    const std::vector<double> wide = unary.op(tensor(unary.at, shape, DType::f64)).to_vector();
    const std::vector<double> narrow = unary.op(tensor(unary.at, shape, DType::f32)).to_vector();
    for (size_t i = 0; i < unary.at.size(); ++i) {
      const double x = unary.at[i], truth = unary.oracle(x);
      INFO("function ", &unary - ops.data(), " of the list at ", x, ", which is ", truth);
      const auto close = [](double got, double wanted, double epsilon) {
        return got == wanted || std::abs(got - wanted) <= epsilon * std::abs(wanted);
      };
      CHECK(close(wide[i], truth, 1e-14));
      CHECK(close(narrow[i], unary.oracle(static_cast<float>(x)), 1e-6));
    }
  }
}

}  // namespace gradzoo::test
