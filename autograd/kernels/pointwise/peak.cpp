#include "autograd/kernels/pointwise/peak.h"

#include <atomic>

#include "autograd/kernels/pointwise/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// Ten chains: two units times a latency of four cycles or five. Values stay normal numbers: x -> x/2 + 1
/// tends to 2. Adds the lanes' sum to `out`, so that nothing is left out as unused.
int64_t multiply_adds(int64_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  const auto half = hn::Set(d, 0.5F), one = hn::Set(d, 1.0F);
  auto a = one, b = one, c = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one;
  for (int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, half, one);
    b = hn::MulAdd(b, half, one);
    c = hn::MulAdd(c, half, one);
    e = hn::MulAdd(e, half, one);
    f = hn::MulAdd(f, half, one);
    g = hn::MulAdd(g, half, one);
    h = hn::MulAdd(h, half, one);
    i = hn::MulAdd(i, half, one);
    j = hn::MulAdd(j, half, one);
    k = hn::MulAdd(k, half, one);
  }
  const auto ab = hn::Add(a, b), ce = hn::Add(c, e), fg = hn::Add(f, g), hi = hn::Add(h, i),
             jk = hn::Add(j, k);
  *out = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(hn::Add(ab, ce), hn::Add(fg, hi)), jk)));
  return rounds * 10 * 2 * static_cast<int64_t>(hn::Lanes(d));
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {
HWY_EXPORT(multiply_adds);
}  // namespace

double run_multiply_adds(int64_t rounds) {
  static std::atomic<float> kept;
  float sum = 0;
  const int64_t flops = HWY_DYNAMIC_DISPATCH(multiply_adds)(rounds, &sum);
  kept.store(sum, std::memory_order_relaxed);
  return static_cast<double>(flops);
}

const char* instruction_set() {
#if HWY_ARCH_ARM_A64
  return "NEON";
#else
  switch (processor_level()) {
    case SimdLevel::avx512:
      return "AVX-512";
    case SimdLevel::avx2:
      return "AVX2";
    case SimdLevel::portable:
      break;
  }
  return "portable";
#endif
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
