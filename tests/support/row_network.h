#pragma once

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo::test {

/// Returns a smooth network (B,d) -> (B) in f64 that uses every kind of forward rule.
struct RowNetwork {
  Tensor w1, b1, w2, w3;
  explicit RowNetwork(int64_t d, uint64_t seed = 1) {
    Rng rng(seed);
    w1 = randn({7, d}, rng, DType::f64).requires_grad_();
    b1 = randn({7}, rng, DType::f64).requires_grad_();
    w2 = randn({5, 7}, rng, DType::f64).requires_grad_();
    w3 = randn({1, 5}, rng, DType::f64).requires_grad_();
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor h = softplus(linear(x, w1, b1));
    const Tensor k = tanh(linear(h, w2)) * sigmoid(linear(h * h, w2));
    return reshape(linear(k / (1.0 + square(k)), w3), {x.dim(0)}) + sum(exp(x * 0.3), 1);
  }
};

}  // namespace gradzoo::test
