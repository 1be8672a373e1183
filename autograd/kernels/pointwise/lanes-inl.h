// Vectors whose last one may be partly filled. Included once for each of Highway's targets.
#if defined(GRADZOO_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_LANES_INL_H
#undef GRADZOO_LANES_INL_H
#else
#define GRADZOO_LANES_INL_H
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using Tag = hn::ScalableTag<T>;
template <class T>
using Vector = hn::Vec<Tag<T>>;

template <class T>
int64_t lanes() {
  return static_cast<int64_t>(hn::Lanes(Tag<T>()));
}

/// True if there are masks for the first lanes of a vector in memory: old instruction sets have none.
constexpr bool has_masks() { return HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3; }

/// Loads the first `count` lanes and reads no further.
template <class T>
HWY_INLINE Vector<T> load_some(const T* from, int64_t count) {
  const Tag<T> d;
  if (count >= lanes<T>()) return hn::LoadU(d, from);
  if constexpr (has_masks()) return hn::MaskedLoad(hn::FirstN(d, static_cast<size_t>(count)), d, from);
  HWY_ALIGN T some[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < count; ++i) some[i] = from[i];
  return hn::Load(d, some);
}

template <class T>
HWY_INLINE void store_some(Vector<T> v, T* to, int64_t count) {
  const Tag<T> d;
  if (count >= lanes<T>()) return hn::StoreU(v, d, to);
  if constexpr (has_masks()) return hn::BlendedStore(v, hn::FirstN(d, static_cast<size_t>(count)), d, to);
  HWY_ALIGN T some[hn::MaxLanes(d)];
  hn::Store(v, d, some);
  std::copy_n(some, count, to);
}

/// Calls fn.operator()<count>() for a `count` from 1 to kMost: the number of registers must be a constant.
template <int kMost, class Fn>
HWY_INLINE void with_count(int64_t count, const Fn& fn) {
  if constexpr (kMost > 1) {
    if (count < kMost) return with_count<kMost - 1>(count, fn);
  }
  fn.template operator()<kMost>();
}

/// Calls fn.operator()<f>() for an `f` up to kLast of its enum: the computed function must be a constant.
template <auto kLast, class Fn>
HWY_INLINE void with_function(decltype(kLast) f, const Fn& fn) {
  using F = decltype(kLast);
  if constexpr (kLast != F{}) {
    if (f != kLast) return with_function<static_cast<F>(static_cast<int>(kLast) - 1)>(f, fn);
  }
  fn.template operator()<kLast>();
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
