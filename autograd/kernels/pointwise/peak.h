#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// Runs `rounds` of independent f32 multiply-adds in registers on the calling thread, with the widest
/// instructions that kernels may use, and returns the number of floating-point operations: the speed that
/// products are compared with.
double run_multiply_adds(int64_t rounds);

/// Returns these instructions' name: "AVX-512", "AVX2", "NEON", or "portable".
const char* instruction_set();

}  // namespace gradzoo::kernels
