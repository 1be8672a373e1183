#pragma once

/// Which instruction sets Highway compiles each kernel for, and chooses among at run time: AVX-512, AVX2 and
/// a portable one on x86-64. What lies between is too rare today to pay for its compile time. Include before
/// <hwy/foreach_target.h>.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
