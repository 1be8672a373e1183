#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// Runs `rounds` of independent f32 multiply-adds in registers, on the calling thread, by the widest
/// instructions that kernels may use, and returns how many floating-point operations they were: what a
/// product is held against.
double run_multiply_adds(int64_t rounds);

/// Those instructions: "AVX-512", "AVX2", "NEON", or "portable".
const char* instruction_set();

}  // namespace gradzoo::kernels
