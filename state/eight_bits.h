#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/state/safetensors.h"

/// Weights in 8 bits, from which a model can sample as from f32 weights: each block of 64 numbers, row-major,
/// shares a scale, max |x| / 127, and each number is rounded to the nearest of 255 multiples of the scale
/// (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"; Q8_0 of ggml).
namespace gradzoo {

/// Returns two tensors that store an f32 tensor: `name`.int8, with its shape, two's complement in U8, and
/// `name`.scales, F32 (blocks). Throws Error if a number is not finite.
std::vector<SafetensorsTensor> in_eight_bits(const std::string& name, const Shape& shape,
                                             std::span<const float> values);

/// Returns the file in memory with its 8-bit tensors as f32; all other tensors are unchanged. Throws Error if
/// an 8-bit tensor has no scales.
SafetensorsReader without_eight_bits(const SafetensorsReader& file);

}  // namespace gradzoo
