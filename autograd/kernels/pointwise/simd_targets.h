#pragma once

#include <type_traits>
#include <utility>

/// Which instruction sets Highway compiles each kernel for, and chooses among at run time: AVX-512, AVX2 and
/// a portable one on x86-64, NEON on ARM. What lies between or beyond is too rare today to pay for its
/// compile time (and AVX3_DL does not compile with -march=native on machines that have it); bits below AVX3's
/// are the better sets of x86-64, more of them in each version of Highway. The vectors of SVE have no size,
/// so no struct can hold them. Include before <hwy/foreach_target.h>.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | (HWY_AVX3 - 1) | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

namespace gradzoo::kernels {

/// A function for floats and the same for doubles: what a kernel exports (HWY_EXPORT takes no templates), for
/// every instruction set one. Calls that which takes the arguments.
template <class F32, class F64>
struct ByType {
  F32 f32;
  F64 f64;
  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    if constexpr (std::is_invocable_v<F32, Arguments...>) {
      return f32(std::forward<Arguments>(arguments)...);
    } else {
      return f64(std::forward<Arguments>(arguments)...);
    }
  }
};
template <class F32, class F64>
ByType(F32, F64) -> ByType<F32, F64>;

enum class SimdLevel { portable, avx2, avx512 };

/// The best instruction set of x86-64 that kernels may use, as GRADZOO_TARGET names it: for tests, since each
/// set rounds in its own way. avx512 where `name` is null or empty. Throws Error for another name.
SimdLevel highest_level(const char* name);

/// What kernels run on here: of x86-64 what the processor has and GRADZOO_TARGET leaves; portable on others.
SimdLevel processor_level();

/// The best instruction set that kernels may use from here on: for tests. No kernel may run meanwhile.
void set_highest_level(SimdLevel level);

/// Lowers Highway's choice by the environment. A name that is none ends the process: nobody could catch it.
bool lower_by_environment() noexcept;

/// Before main, so before the first choice, in each program that has such a kernel.
inline const bool kLoweredByEnvironment = lower_by_environment();

}  // namespace gradzoo::kernels
