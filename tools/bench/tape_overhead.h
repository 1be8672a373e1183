#pragma once

#include <cstdint>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

/// The engine's overhead: nanoseconds per op of a chain of 1,000 ops (OpChain), in which the arithmetic takes
/// almost no time. All times are medians over the repeats.
struct TapeOverhead {
  double forward_no_tape = 0;
  double forward_tape = 0;
  double forward_backward = 0;
  double grad_of_grad = 0;  // forward pass, gradient with create_graph, and the gradient of its sum
  double allocations = 0;   // system allocations in one repeat of all four; NaN without a counter
};

TapeOverhead measure_tape_overhead(int64_t repeats);

/// A chain of ops (mul, add, tanh, sub, repeated) on f32 tensors of 16 elements. The arithmetic takes almost
/// no time, so that the time of the chain is the time of the engine.
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
