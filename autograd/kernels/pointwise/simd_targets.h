#pragma once

#include <type_traits>
#include <utility>

/// The instruction sets that Highway compiles each kernel for and chooses among at run time: AVX-512, AVX2
/// and a portable one on x86-64, NEON on ARM. The sets between and beyond them are too rare today for their
/// compile time (and AVX3_DL does not compile with -march=native on machines that have it). The bits below
/// AVX3's are the better sets of x86-64, more of them in each version of Highway. SVE's vectors have no size,
/// so no struct can contain them. Include before <hwy/foreach_target.h>.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | (HWY_AVX3 - 1) | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

namespace gradzoo::kernels {

/// A function for floats and the same for doubles: a kernel exports one pair per instruction set (HWY_EXPORT
/// takes no templates). A call goes to the function that accepts the arguments.
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

/// Returns the best x86-64 instruction set that kernels may use, which GRADZOO_TARGET names. It is for tests,
/// since each set rounds differently. A null or empty `name` gives avx512; throws Error for others.
SimdLevel highest_level(const char* name);

/// Returns the kernels' level: on x86-64 the processor's, limited by GRADZOO_TARGET, else portable.
SimdLevel processor_level();

/// Sets the best instruction set that kernels may use from now on, for tests. No kernel may run meanwhile.
void set_highest_level(SimdLevel level);

/// Limits Highway's choice by the environment. An invalid name ends the process.
bool lower_by_environment() noexcept;

/// Runs before main, so before the first choice, in each program that has such a kernel.
inline const bool kLoweredByEnvironment = lower_by_environment();

}  // namespace gradzoo::kernels
