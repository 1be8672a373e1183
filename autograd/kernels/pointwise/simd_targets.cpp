#include "autograd/kernels/pointwise/simd_targets.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <hwy/targets.h>  // HWY_ARCH_X86 too

#include "gradzoo/base/error.h"

namespace gradzoo::kernels {

SimdLevel highest_level(const char* name) {
  const std::string_view wanted = name == nullptr ? "" : name;
  if (wanted == "portable") return SimdLevel::portable;
  if (wanted == "avx2") return SimdLevel::avx2;
  if (wanted == "avx512" || wanted.empty()) return SimdLevel::avx512;
  throw Error("GRADZOO_TARGET is '{}'. Hint: set portable, avx2 or avx512", wanted);
}

#if HWY_ARCH_X86
SimdLevel processor_level() {
  const int64_t targets = hwy::SupportedTargets();
  hwy::GetChosenTarget().Update(targets);  // Highway has just chosen among those that were lowered away too
  if ((targets & HWY_AVX3) != 0) return SimdLevel::avx512;
  return (targets & HWY_AVX2) != 0 ? SimdLevel::avx2 : SimdLevel::portable;
}

void set_highest_level(SimdLevel level) {
  int64_t above = 0;
  if (level < SimdLevel::avx512) above |= HWY_AVX3 | (HWY_AVX3 - 1);
  if (level < SimdLevel::avx2) above |= HWY_AVX2 | HWY_SSE4 | HWY_SSSE3;
  hwy::DisableTargets(above);
  hwy::GetChosenTarget().DeInit();  // the next kernel chooses
}
#else
SimdLevel processor_level() { return SimdLevel::portable; }
void set_highest_level(SimdLevel /*level*/) {}
#endif

bool lower_by_environment() noexcept {
  try {
    const SimdLevel level = highest_level(std::getenv("GRADZOO_TARGET"));
    if (level == SimdLevel::avx512) return false;
    set_highest_level(level);
    return true;
  } catch (const Error& error) {
    std::fprintf(stderr, "gradzoo: %s\n", error.what());
    std::_Exit(1);
  }
}

}  // namespace gradzoo::kernels
