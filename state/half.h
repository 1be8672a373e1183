#pragma once

#include <cstdint>

/// Floating-point numbers of 16 bits, as files keep them. Nothing is computed in them.
namespace gradzoo {

/// The value of an IEEE 754 binary16 (1 sign, 5 exponent, 10 mantissa bits): exact.
float from_f16(uint16_t bits);
/// The nearest one, ties to even; above 65,504 by half a step or more infinite. A NaN stays one.
uint16_t to_f16(float value);

/// The value of a bfloat16, the upper half of a float: exact.
float from_bf16(uint16_t bits);

}  // namespace gradzoo
