// Philox4x32-10 (Salmon et al. 2011) on as many blocks at once as a vector has 64-bit lanes. It gives the
// same words as Random123, which the tests compare it with. Included once per instruction set.
#if defined(GRADZOO_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_PHILOX_INL_H_
#undef GRADZOO_PHILOX_INL_H_
#else
#define GRADZOO_PHILOX_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include <Random123/philox.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The four counter words of one block per lane; only the low halves of the 64-bit lanes count.
template <class V>
struct PhiloxBlocks {
  V c0, c1, c2, c3;
};

/// Multiplies the low halves of a and b.
template <class D, class V>
HWY_INLINE V multiply_low(D d, V a, V b) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, (hn::GetLane(a) & 0xffffffff) * (hn::GetLane(b) & 0xffffffff));
#else
  const hn::Repartition<uint32_t, D> words;
  return hn::BitCast(d, hn::MulEven(hn::BitCast(words, a), hn::BitCast(words, b)));
#endif
}

/// Runs ten rounds. The high halves fill with other bits and are never read.
template <class D, class V>
HWY_INLINE PhiloxBlocks<V> philox_rounds(D d, PhiloxBlocks<V> c, uint64_t key) {
  const V multiplier0 = hn::Set(d, PHILOX_M4x32_0);
  const V multiplier1 = hn::Set(d, PHILOX_M4x32_1);
  auto key0 = static_cast<uint32_t>(key);
  auto key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const V product0 = multiply_low(d, c.c0, multiplier0);
    const V product1 = multiply_low(d, c.c2, multiplier1);
    c.c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), c.c1), hn::Set(d, uint64_t{key0}));
    c.c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), c.c3), hn::Set(d, uint64_t{key1}));
    c.c1 = product1;
    c.c3 = product0;
    key0 += PHILOX_W32_0;
    key1 += PHILOX_W32_1;
  }
  return c;
}

/// Stores words 0 to 3 of one block after another.
template <class D, class V>
HWY_INLINE void store_blocks(D d, const PhiloxBlocks<V>& c, uint32_t* words) {
  const V low = hn::Set(d, uint64_t{0xffffffff});
  const V first = hn::Or(hn::And(c.c0, low), hn::ShiftLeft<32>(c.c1));
  const V second = hn::Or(hn::And(c.c2, low), hn::ShiftLeft<32>(c.c3));
  HWY_ALIGN uint64_t pairs[2 * hn::MaxLanes(d)];
  hn::StoreInterleaved2(first, second, d, pairs);
  std::memcpy(words, pairs, 2 * hn::Lanes(d) * sizeof(uint64_t));
}

/// Computes words (count, 4) from counter words (count each); count is a multiple of any vector's lanes.
HWY_INLINE void philox_many(uint64_t key, const uint64_t* c0, const uint64_t* c1, const uint64_t* c2,
                            uint64_t c3, uint32_t* words, int64_t count) {
  const hn::ScalableTag<uint64_t> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    const PhiloxBlocks<hn::Vec<decltype(d)>> counter{hn::LoadU(d, c0 + i), hn::LoadU(d, c1 + i),
                                                     hn::LoadU(d, c2 + i), hn::Set(d, c3)};
    store_blocks(d, philox_rounds(d, counter, key), words + 4 * i);
  }
}

}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GRADZOO_PHILOX_INL_H_
