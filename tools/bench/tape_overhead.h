#pragma once

#include <cstdint>

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

}  // namespace gradzoo
