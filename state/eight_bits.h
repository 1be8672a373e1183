#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/state/safetensors.h"

/// Weights in 8 bits, which a model draws from as it does from whole ones: each block of 64 numbers,
/// row-major, shares a scale, |x|max / 127, and a number is the nearest of 255 multiples of it (Dettmers et
/// al. 2022, "8-bit optimizers via block-wise quantization"; Q8_0 of ggml).
namespace gradzoo {

/// A tensor of f32 as two to write: `name`.int8, of its shape, two's complement in U8, and `name`.scales, F32
/// (blocks). Throws Error for a number that is not finite.
std::vector<SafetensorsTensor> in_eight_bits(const std::string& name, const Shape& shape,
                                             std::span<const float> values);

/// The file with its tensors of 8 bits whole again, in memory; all others are as they were. Throws Error for
/// one without its scales.
SafetensorsReader without_eight_bits(const SafetensorsReader& file);

}  // namespace gradzoo
