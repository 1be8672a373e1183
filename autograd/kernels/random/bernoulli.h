#pragma once

#include "autograd/kernels/random/random.h"

namespace gradzoo::kernels {

/// What is wanted of binary units, (rows, cols) each; null: not wanted.
template <class T>
struct BinaryUnits {
  T* draws = nullptr;          // 1 with probability p, else 0
  T* probabilities = nullptr;  // factor p
  double factor = 1;
};

/// Units with p = sigmoid(scale x + bias), x (rows, cols), bias (cols). A draw is u < p with the u that
/// uniform() gives at this address, a float's with 8 digits more: p is met to 2^-32 (float) or 2^-53
/// (double).
template <class T>
void bernoulli_sigmoid(const RandomAddress& at, double scale, const T* x, const T* bias,
                       const BinaryUnits<T>& out, int64_t rows, int64_t cols);

}  // namespace gradzoo::kernels
