#pragma once

#include <cstdint>

/// 16-bit floating-point numbers in files. The program does not compute in 16 bits.
namespace gradzoo {

/// Returns the exact value of an IEEE 754 binary16 number (1 sign, 5 exponent, 10 mantissa bits).
float from_f16(uint16_t bits);
/// Returns the nearest binary16 number, ties to even. 65,520 and above become infinite; NaN stays NaN.
uint16_t to_f16(float value);

/// Returns the exact value of a bfloat16 number, which is the upper half of a float.
float from_bf16(uint16_t bits);

}  // namespace gradzoo
