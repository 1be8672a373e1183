// Sine and cosine in vectors (docs/vector-math.md has the measured errors). Included once per instruction
// set, hence no #pragma once.
#if defined(GRADZOO_CIRCULAR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_CIRCULAR_MATH_INL_H_
#undef GRADZOO_CIRCULAR_MATH_INL_H_
#else
#define GRADZOO_CIRCULAR_MATH_INL_H_
#endif

#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {

/// sin(r + tail) for |r| <= pi/4: the odd polynomial of Sun's fdlibm, k_sin.c.
template <class D, class V>
HWY_INLINE V sine_near_zero(D d, V r, V tail) {
  const V z = hn::Mul(r, r), cube = hn::Mul(z, r);
  V p = constant(d, 1.58969099521155010221e-10);
  for (const double c : {-2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04,
                         8.33333333332248946124e-03}) {
    p = hn::MulAdd(p, z, constant(d, c));
  }
  const V bent = hn::NegMulAdd(cube, p, hn::Mul(constant(d, 0.5), tail));
  const V rest = hn::MulAdd(cube, constant(d, 1.66666666666666324348e-01), hn::MulSub(z, bent, tail));
  return hn::Sub(r, rest);
}

/// cos(r + tail) for |r| <= pi/4: fdlibm, k_cos.c.
template <class D, class V>
HWY_INLINE V cosine_near_zero(D d, V r, V tail) {
  const V one = constant(d, 1), z = hn::Mul(r, r), half = hn::Mul(constant(d, 0.5), z);
  V p = constant(d, -1.13596475577881948265e-11);
  for (const double c : {2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05,
                         -1.38888888888741095749e-03, 4.16666666666666019037e-02}) {
    p = hn::MulAdd(p, z, constant(d, c));
  }
  const V top = hn::Sub(one, half), lost = hn::Sub(hn::Sub(one, top), half);
  return hn::Add(top, hn::Add(lost, hn::MulSub(hn::Mul(z, z), p, hn::Mul(r, tail))));
}

/// sin(x + turns pi/2) for doubles |x| < 1.6e6: x = k pi/2 + r + tail, and the quadrant k + turns selects the
/// function of r. pi/2 is in three parts: k times either of the first two, of 33 bits, is exact.
template <class D, class V>
HWY_INLINE V turned_sine(D d, V x, int turns) {
  const hn::RebindToSigned<D> di;
  const V k = hn::Round(hn::Mul(x, constant(d, 0.63661977236758134308)));
  const V first = hn::NegMulAdd(k, constant(d, 1.57079632673412561417), x);
  const V second = hn::Mul(k, constant(d, 6.07710050630396597660e-11));
  const V reduced = hn::Sub(first, second);
  const V lost = hn::Sub(hn::Sub(first, reduced), second);
  const V third = hn::MulSub(k, constant(d, 2.02226624879595063154e-21), lost);
  const V r = hn::Sub(reduced, third), tail = hn::Sub(hn::Sub(reduced, r), third);
  // k + 1.5 * 2^52 has k in its low bits.
  const auto held = hn::BitCast(di, hn::Add(k, constant(d, 6755399441055744.0)));
  const auto quadrant = hn::Add(held, hn::Set(di, turns));
  const auto odd = hn::MaskFromVec(hn::BitCast(d, hn::Neg(hn::And(quadrant, hn::Set(di, 1)))));
  const auto sign = hn::ShiftLeft<62>(hn::And(quadrant, hn::Set(di, 2)));
  const V y = hn::IfThenElse(odd, cosine_near_zero(d, r, tail), sine_near_zero(d, r, tail));
  return hn::Xor(y, hn::BitCast(d, sign));
}

struct Sine {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, turned_sine(d, x, 0));  // -0 stays
  }
  static double scalar(double x) { return std::sin(x); }
};
struct Cosine {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return turned_sine(d, x, 1);
  }
  static double scalar(double x) { return std::cos(x); }
};

/// Sine or cosine: f32 is computed in f64, and std:: is used beyond the range reduction.
template <class F, class D, class V>
HWY_INLINE V circular(D d, V x) {
  V y;
  if constexpr (sizeof(Lane<D>) == 8) {
    y = F()(d, x);
  } else {
    y = through_double(d, x, F());
  }
  const auto within_reach = hn::Lt(hn::Abs(x), constant(d, 1.6e6));
  if (hn::AllTrue(d, within_reach)) return y;
  const V far = each_lane(d, x, [](Lane<D> v) { return static_cast<Lane<D>>(F::scalar(v)); });
  return hn::IfThenElse(within_reach, y, far);
}

}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GRADZOO_CIRCULAR_MATH_INL_H_
