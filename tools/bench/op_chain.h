#pragma once

#include <cstdint>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

/// A chain of ops (mul, add, tanh, sub in turns) on f32 tensors of 16 numbers, where the arithmetic is next
/// to nothing: what is timed is the engine.
struct OpChain {
  int64_t ops = 1000;  // a multiple of 4
  Tensor x = full({16}, 0.5).requires_grad_();
  Tensor a = full({16}, 1.01), b = full({16}, 0.02), c = full({16}, 0.01);

  Tensor operator()() const {
    Tensor y = x;
    for (int64_t i = 0; i < ops; i += 4) y = sub(tanh(add(mul(y, a), b)), c);
    return y;
  }
};

}  // namespace gradzoo
