#pragma once

#include "autograd/kernels/random/random.h"

namespace gradzoo::kernels {

/// The requested outputs of binary units, (rows, cols) each; null: not requested.
template <class T>
struct BinaryUnits {
  T* draws = nullptr;          // 1 with probability p, else 0
  T* probabilities = nullptr;  // factor times p
  double factor = 1;
};

/// Makes units with p = sigmoid(scale x + bias) for x (rows, cols), bias (cols). A draw is 1 if u < p, with
/// the u that uniform() returns at this address (for float with 8 more binary digits): p is exact to 2^-32
/// (float) or 2^-53 (double).
template <class T>
void bernoulli_sigmoid(const RandomAddress& at, double scale, const T* x, const T* bias,
                       const BinaryUnits<T>& out, int64_t rows, int64_t cols);

}  // namespace gradzoo::kernels
