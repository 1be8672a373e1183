// Vector functions that are right at the extremes too, built on Highway's (docs/vector-math.md has the
// measured errors). Included once per instruction set, hence no #pragma once.
#if defined(GRADZOO_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_VECTOR_MATH_INL_H_
#undef GRADZOO_VECTOR_MATH_INL_H_
#else
#define GRADZOO_VECTOR_MATH_INL_H_
#endif

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Lane = hn::TFromD<D>;

template <class D>
HWY_INLINE hn::Vec<D> constant(D d, double value) {
  return hn::Set(d, static_cast<Lane<D>>(value));
}

template <class D>
HWY_INLINE hn::Vec<D> infinity(D d) {
  return hn::Set(d, std::numeric_limits<Lane<D>>::infinity());
}

/// c - a b for c near a b, with one rounding at the end.
template <class D, class V>
HWY_INLINE V minus_product(D d, V c, V a, V b) {
  if constexpr (HWY_NATIVE_FMA) {
    return hn::NegMulAdd(a, b, c);
  } else {
    // Dekker's product: with the lower half of the digits cut off, products of halves are exact, or nearly.
    const hn::RebindToUnsigned<D> bits;
    constexpr int kLow = sizeof(Lane<D>) == 4 ? 12 : 27;
    const V upper = hn::BitCast(d, hn::ShiftLeft<kLow>(hn::Set(bits, ~hn::TFromD<decltype(bits)>{0})));
    const V a_high = hn::And(a, upper), a_low = hn::Sub(a, a_high);
    const V b_high = hn::And(b, upper), b_low = hn::Sub(b, b_high);
    const V middle = hn::Add(hn::Mul(a_high, b_low), hn::Mul(a_low, b_high));
    const V near = hn::Sub(c, hn::Mul(a_high, b_high));
    return hn::Sub(hn::Sub(near, middle), hn::Mul(a_low, b_low));
  }
}

/// e^x. Highway's version overflows wrongly for large x and maps NaN to 0.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  const V top = constant(d, sizeof(Lane<D>) == 4 ? 89.0 : 710.0);  // e^top is already infinite
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, hn::Min(x, top)));
}

/// 2^k for integral k in [-126, 127] (f32) or [-1022, 1023] (f64).
template <class D, class V>
HWY_INLINE V power_of_two(D d, V k) {
  const hn::RebindToSigned<D> di;
  constexpr int kMantissa = sizeof(Lane<D>) == 4 ? 23 : 52;
  constexpr int kBias = sizeof(Lane<D>) == 4 ? 127 : 1023;
  // k + 1.5 * 2^mantissa has k in its low bits.
  const V magic = constant(d, sizeof(Lane<D>) == 4 ? 12582912.0 : 6755399441055744.0);
  const auto low = hn::Sub(hn::BitCast(di, hn::Add(k, magic)), hn::BitCast(di, magic));
  return hn::BitCast(d, hn::ShiftLeft<kMantissa>(hn::Add(low, hn::Set(di, kBias))));
}

/// e^x - 1 as `value` and its rounding error `rest`; not for NaN.
template <class V>
struct Expm1Parts {
  V value, rest;
};

/// 2^k (e^r - 1) + (2^k - 1), x = k ln 2 + r: one rounding less than 2^k e^r - 1.
template <class D, class V>
HWY_INLINE Expm1Parts<V> expm1_parts(D d, V x) {
  constexpr bool kSingle = sizeof(Lane<D>) == 4;
  const V top = constant(d, kSingle ? 89.0 : 710.0);
  const V clamped = hn::Max(hn::Min(x, top), constant(d, -60.0));
  const V k = hn::Round(hn::Mul(clamped, constant(d, 1.4426950408889634)));
  V r = hn::NegMulAdd(k, constant(d, kSingle ? 0.693145751953125 : 0.6931471803691238), clamped);
  r = hn::NegMulAdd(k, constant(d, kSingle ? 1.42860682030941723e-6 : 1.9082149292705877e-10), r);
  const V half = power_of_two(d, hn::Sub(k, constant(d, 1)));  // 2^(k-1): 2^k may overflow
  const V power = hn::Sub(half, constant(d, 0.5)), part = hn::Mul(half, hn::Expm1(d, r));
  const V y = hn::Add(power, part);
  const V rest = hn::Sub(part, hn::Sub(y, power));
  return {hn::Add(y, y), hn::Add(rest, rest)};
}

/// e^x - 1.
template <class D, class V>
HWY_INLINE V expm1(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::CopySign(expm1_parts(d, x).value, x));
}

/// e^x - 1 - x: below 1 the Taylor series from x^2 / 2 on, where the difference loses its digits.
template <class D, class V>
HWY_INLINE V expm1x(D d, V x) {
  V series = constant(d, 1);  // 1 + x/3 (1 + x/4 (...))
  for (int k = sizeof(Lane<D>) == 4 ? 11 : 19; k > 2; --k)
    series = hn::MulAdd(hn::Mul(x, constant(d, 1.0 / k)), series, constant(d, 1));
  const V small = hn::Mul(hn::Mul(hn::Mul(x, constant(d, 0.5)), x), series);
  const V y = hn::IfThenElse(hn::Lt(hn::Abs(x), constant(d, 1)), small, hn::Sub(expm1(d, x), x));
  return hn::IfThenElse(hn::Eq(x, infinity(d)), x, y);
}

/// log x: Highway's, with the cases that it lacks.
template <class D, class V>
HWY_INLINE V log(D d, V x) {
  const V zero = hn::Zero(d);
  V y = hn::Log(d, x);
  y = hn::IfThenElse(hn::Lt(x, infinity(d)), y, x);  // +inf and NaN stay
  y = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity(d)), y);
  return hn::IfThenElse(hn::Lt(x, zero), hn::NaN(d), y);
}

/// log(1 + x) for finite x > -1: log(u) of the rounded u = 1 + x, and the rounding error over u.
template <class D, class V>
HWY_INLINE V log1p_finite(D d, V x) {
  const V one = constant(d, 1);
  const V u = hn::Add(one, x);
  const V error = hn::Sub(hn::Min(one, x), hn::Sub(u, hn::Max(one, x)));
  return hn::Add(hn::Log(d, u), hn::Div(error, u));
}

/// log(1 + x).
template <class D, class V>
HWY_INLINE V log1p(D d, V x) {
  const V minus_one = constant(d, -1);
  V y = hn::CopySign(log1p_finite(d, x), x);
  y = hn::IfThenElse(hn::Lt(x, infinity(d)), y, x);
  y = hn::IfThenElse(hn::Eq(x, minus_one), hn::Neg(infinity(d)), y);
  return hn::IfThenElse(hn::Lt(x, minus_one), hn::NaN(d), y);
}

/// tanh x = -t / (2 + t) with t = e^(-2|x|) - 1, and the sign of x.
template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  const V two = constant(d, 2);
  const auto [t, t_rest] = expm1_parts(d, hn::Mul(constant(d, -2), hn::Abs(x)));
  const V u = hn::Add(two, t);
  const V lost = hn::Add(hn::Sub(t, hn::Sub(u, two)), t_rest);  // u + lost = 2 + t + t_rest
  const V ratio = hn::Div(t, u);
  const V error = hn::NegMulAdd(ratio, lost, hn::Add(t_rest, minus_product(d, t, ratio, u)));
  const V inverse = hn::NegMulAdd(constant(d, 0.5), ratio, constant(d, 0.5));  // 1 / (2 + t)
  return hn::IfThenElse(hn::IsNaN(x), x, hn::CopySign(hn::MulAdd(error, inverse, ratio), x));
}

/// A sum of many short sums: each addition's rounding error is added at the end (Knuth's two-sum).
template <class V>
struct SumOfSums {
  V total, lost;
  HWY_INLINE void add(V x) {
    const V sum = hn::Add(total, x), added = hn::Sub(sum, total);
    lost = hn::Add(lost, hn::Add(hn::Sub(total, hn::Sub(sum, added)), hn::Sub(x, added)));
    total = sum;
  }
  HWY_INLINE V value() const { return hn::Add(total, lost); }
};

/// Applies the scalar `f` to every lane.
template <class D, class V, class F>
HWY_INLINE V each_lane(D d, V x, F f) {
  HWY_ALIGN Lane<D> lanes[hn::MaxLanes(d)];
  hn::Store(x, d, lanes);
  for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = f(lanes[i]);
  return hn::Load(d, lanes);
}

/// A float vector's f(x), computed in double.
template <class D, class V, class F>
HWY_INLINE V through_double(D d, V x, const F& f) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(x, d, lanes);
  const hn::ScalableTag<double> wide;
  const hn::Rebind<float, decltype(wide)> half;
  for (size_t i = 0; i < hn::Lanes(d); i += hn::Lanes(wide)) {
    const auto y = f(wide, hn::PromoteTo(wide, hn::Load(half, lanes + i)));
    if constexpr (HWY_TARGET == HWY_EMU128 ||
                  HWY_TARGET == HWY_SCALAR) {  // their DemoteTo cannot convert infinity
      HWY_ALIGN double values[hn::MaxLanes(wide)];
      hn::Store(y, wide, values);
      for (size_t j = 0; j < hn::Lanes(wide); ++j) lanes[i + j] = static_cast<float>(values[j]);
    } else {
      hn::Store(hn::DemoteTo(half, y), half, lanes + i);
    }
  }
  return hn::Load(d, lanes);
}

/// y[i] = f(x[i]) on whole vectors; not inlined, so that each f is compiled once for body and tail together.
template <class T, class F>
HWY_NOINLINE void map_vectors(const F& f, const T* x, T* y, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += lanes) hn::StoreU(f(d, hn::LoadU(d, x + i)), d, y + i);
}

/// y[i] = f(a[i], b[i]) on whole vectors.
template <class T, class F>
HWY_NOINLINE void map_vectors(const F& f, const T* a, const T* b, T* y, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += lanes) hn::StoreU(f(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, y + i);
}

/// y[i] = f(x[i]). The tail goes through the same vector function in a padded buffer, so a value never
/// depends on its position.
template <class T, class F>
HWY_NOINLINE void map(const F& f, const T* x, T* y, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t whole = n / lanes * lanes;
  map_vectors(f, x, y, whole);
  if (whole == n) return;
  HWY_ALIGN T buffer[hn::MaxLanes(d)] = {};
  const size_t bytes = static_cast<size_t>(n - whole) * sizeof(T);
  std::memcpy(buffer, x + whole, bytes);
  map_vectors(f, buffer, buffer, lanes);
  std::memcpy(y + whole, buffer, bytes);
}

/// y[i] = f(a[i], b[i]), with the tail in a padded buffer too.
template <class T, class F>
HWY_NOINLINE void map(const F& f, const T* a, const T* b, T* y, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t whole = n / lanes * lanes;
  map_vectors(f, a, b, y, whole);
  if (whole == n) return;
  HWY_ALIGN T left[hn::MaxLanes(d)] = {};
  HWY_ALIGN T right[hn::MaxLanes(d)] = {};
  const size_t bytes = static_cast<size_t>(n - whole) * sizeof(T);
  std::memcpy(left, a + whole, bytes);
  std::memcpy(right, b + whole, bytes);
  map_vectors(f, left, right, left, lanes);
  std::memcpy(y + whole, left, bytes);
}

/// Calls body(d, load, store) along `count` elements, where load(p) and store(v, p) use the same place of any
/// p: whole vectors, and at the end one element at a time in all lanes, so that a value never depends on its
/// position.
template <class T, class Body>
HWY_INLINE void for_vectors(int64_t count, const Body& body) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count;) {
    const bool whole = i + lanes <= count;
    body(
        d, [&](const T* from) HWY_ATTR { return whole ? hn::LoadU(d, from + i) : hn::Set(d, from[i]); },
        [&](V v, T* to) HWY_ATTR {
          if (whole) {
            hn::StoreU(v, d, to + i);
          } else {
            to[i] = hn::GetLane(v);
          }
        });
    i += whole ? lanes : 1;
  }
}

}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GRADZOO_VECTOR_MATH_INL_H_
