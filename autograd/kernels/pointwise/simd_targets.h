#pragma once

/// Which instruction sets Highway compiles each kernel for, and chooses among at run time: AVX-512, AVX2 and
/// a portable one on x86-64, NEON on ARM. What lies between or beyond is too rare today to pay for its
/// compile time (and AVX3_DL does not compile with -march=native on machines that have it); the vectors of
/// SVE have no size, so no struct can hold them. Include before <hwy/foreach_target.h>.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
