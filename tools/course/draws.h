#pragma once

#include <cstdint>
#include <random>

namespace gradzoo::course {

/// Random numbers that are the same everywhere.
class Draws {
 public:
  explicit Draws(uint64_t seed) : engine_(seed) {}

  /// 0, ..., n - 1.
  int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  uint64_t seed() { return engine_() >> 32; }  // exact as a double, too

 private:
  std::mt19937_64 engine_;
};

}  // namespace gradzoo::course
