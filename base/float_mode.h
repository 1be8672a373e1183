#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gradzoo {

/// The floating-point mode of a thread: its rounding, and whether it flushes denormals to zero.
class FloatMode {
 public:
  static FloatMode of_this_thread() { return FloatMode(read() & kMask); }
  void set_flush(bool flush) { bits_ = flush ? bits_ | kFlush : bits_ & ~kFlush; }
  /// Sets this mode on the calling thread; the other bits of the thread's control word stay.
  void apply() const {
    const uint64_t now = read();
    if ((now & kMask) != bits_) write((now & ~kMask) | bits_);
  }

 private:
  explicit FloatMode(uint64_t bits) : bits_(bits) {}

#if defined(__x86_64__)
  static constexpr uint64_t kFlush = 0x8040;          // MXCSR: FTZ, DAZ
  static constexpr uint64_t kMask = kFlush | 0x6000;  // plus the rounding bits
  static uint64_t read() { return _mm_getcsr(); }
  static void write(uint64_t word) { _mm_setcsr(static_cast<unsigned>(word)); }
#elif defined(__aarch64__)
  static constexpr uint64_t kFlush = uint64_t{1} << 24;            // FPCR: FZ
  static constexpr uint64_t kMask = kFlush | (uint64_t{3} << 22);  // plus RMode
  static uint64_t read() {
    uint64_t word = 0;
    asm volatile("mrs %0, fpcr" : "=r"(word));
    return word;
  }
  static void write(uint64_t word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
#else
  static constexpr uint64_t kFlush = 0, kMask = 0;
  static uint64_t read() { return 0; }
  static void write(uint64_t) {}
#endif

  uint64_t bits_;
};

}  // namespace gradzoo
