#include "state/half.h"

#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace gradzoo {

TEST_CASE("every binary16 is read as its value and written back as it was") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = from_f16(half);
    CAPTURE(bits);
    if (std::isnan(value)) {
      CHECK((half & 0x7fff) > 0x7c00);
      CHECK(std::isnan(from_f16(to_f16(value))));
    } else {
      CHECK(to_f16(value) == half);
    }
  }
  // IEEE 754-2019, table 3.5: the largest, the smallest normal and subnormal numbers, 1 and its successor.
  CHECK(from_f16(0x7bff) == 65504.0f);
  CHECK(from_f16(0x0400) == std::ldexp(1.0f, -14));
  CHECK(from_f16(0x0001) == std::ldexp(1.0f, -24));
  CHECK(from_f16(0x3c00) == 1.0f);
  CHECK(from_f16(0x3c01) == 1.0f + std::ldexp(1.0f, -10));
  CHECK(from_f16(0xc000) == -2.0f);
}

TEST_CASE("a float becomes the nearest half, and from the middle the even one") {
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const auto low = static_cast<uint16_t>(bits), high = static_cast<uint16_t>(bits + 1);
    const float a = from_f16(low), b = from_f16(high), middle = (a + b) / 2;  // exact in a float
    const uint16_t even = bits % 2 == 0 ? low : high;
    CAPTURE(bits);
    CHECK(to_f16(middle) == even);
    CHECK(to_f16(std::nextafter(middle, 0.0f)) == low);
    CHECK(to_f16(std::nextafter(middle, 1e6f)) == high);
    CHECK(to_f16(-middle) == (even | 0x8000));
  }
  CHECK(to_f16(std::nextafter(65520.0f, 0.0f)) == 0x7bff);
  CHECK(to_f16(65520.0f) == 0x7c00);
  CHECK(to_f16(-std::numeric_limits<float>::infinity()) == 0xfc00);
  CHECK(to_f16(1e-30f) == 0);
  CHECK(to_f16(-0.0f) == 0x8000);
}

TEST_CASE("a bfloat16 is the upper half of a float") {
  CHECK(from_bf16(0x3f80) == 1.0f);
  CHECK(from_bf16(0xc049) == -3.140625f);
  CHECK(std::isinf(from_bf16(0x7f80)));
  for (const float value : {0.1f, -1e30f, 3e-39f})
    CHECK(from_bf16(static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16)) ==
          std::bit_cast<float>(std::bit_cast<uint32_t>(value) & 0xffff0000u));
}

}  // namespace gradzoo
