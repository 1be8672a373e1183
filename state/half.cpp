#include "state/half.h"

#include <bit>
#include <cmath>

namespace gradzoo {
namespace {

constexpr int kMantissaBits = 10;
constexpr int kLeastExponent = -14;  // of a normal number
constexpr uint16_t kInfinity = 0x7c00, kNan = 0x7e00;

}  // namespace

float from_f16(uint16_t bits) {
  const int exponent = (bits >> kMantissaBits) & 0x1f;
  const float mantissa = static_cast<float>(bits & 0x3ff);
  float size = 0;
  if (exponent == 0x1f) {
    size = mantissa == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    size = std::ldexp(mantissa, kLeastExponent - kMantissaBits);
  } else {
    size = std::ldexp(1024 + mantissa, exponent - 15 - kMantissaBits);
  }
  return (bits & 0x8000) != 0 ? -size : size;
}

uint16_t to_f16(float value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return static_cast<uint16_t>(sign | kNan);
  const float size = std::fabs(value);
  if (size >= 65520) return static_cast<uint16_t>(sign | kInfinity);  // half a step above the largest
  int exponent = 0;
  std::frexp(size, &exponent);  // size = m 2^exponent, m in [1/2, 1)
  exponent = size == 0 || exponent - 1 < kLeastExponent ? kLeastExponent : exponent - 1;
  // Steps of the exponent's spacing: 1024 to 2048 of a normal number, fewer below. nearbyint takes ties to
  // even, and where it reaches 2048 the sum carries into the exponent.
  const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(size, kMantissaBits - exponent)));
  const auto base = static_cast<uint32_t>(exponent - kLeastExponent) << kMantissaBits;
  return static_cast<uint16_t>(sign | (base + steps));
}

float from_bf16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

}  // namespace gradzoo
