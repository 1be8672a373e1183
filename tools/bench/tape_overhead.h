#pragma once

#include <cstdint>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

/// What the engine itself costs: nanoseconds an op of a chain of 1000 ops (mul, add, tanh, sub in turns) on
/// f32 tensors of 16 numbers, where the arithmetic is next to nothing. Medians over repeats.
struct TapeOverhead {
  double forward_no_tape = 0;
  double forward_tape = 0;
  double forward_backward = 0;
  double grad_of_grad = 0;  // forward, gradient under create_graph, and the gradient of its sum
  double allocations = 0;   // by the system, in one repeat of all four; NaN where nobody counts
};

TapeOverhead measure_tape_overhead(int64_t repeats);

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
