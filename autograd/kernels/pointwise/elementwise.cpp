#include "autograd/kernels/pointwise/elementwise.h"

#include <cmath>

#include "autograd/kernels/pointwise/broadcast_rows.h"
#include "autograd/kernels/pointwise/repeated_row.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/circular_math-inl.h"
#include "autograd/kernels/pointwise/lanes-inl.h"
#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <Unary kF>
struct UnaryFn {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    if constexpr (kF == Unary::neg) return hn::Neg(x);
    if constexpr (kF == Unary::abs) return hn::Abs(x);
    if constexpr (kF == Unary::exp) return exp(d, x);
    if constexpr (kF == Unary::expm1) return expm1(d, x);
    if constexpr (kF == Unary::expm1x) return expm1x(d, x);
    if constexpr (kF == Unary::log) return log(d, x);
    if constexpr (kF == Unary::log1p) return log1p(d, x);
    if constexpr (kF == Unary::sqrt) return hn::Sqrt(x);
    if constexpr (kF == Unary::rsqrt) return hn::Div(constant(d, 1), hn::Sqrt(x));
    if constexpr (kF == Unary::reciprocal) return hn::Div(constant(d, 1), x);
    if constexpr (kF == Unary::square) return hn::Mul(x, x);
    if constexpr (kF == Unary::sin) return circular<Sine>(d, x);
    if constexpr (kF == Unary::cos) return circular<Cosine>(d, x);
    if constexpr (kF == Unary::floor) return hn::Floor(x);
    if constexpr (kF == Unary::sign) {
      const V one = constant(d, 1);
      const V positive = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), one, x);  // 0 and NaN stay
      return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Neg(one), positive);
    }
  }
};

template <class T>
HWY_NOINLINE void unary_range(Unary f, const T* x, T* y, int64_t n) {
  with_function<Unary::floor>(f, [&]<Unary kF>() { map(UnaryFn<kF>(), x, y, n); });
}
auto unary_by_type() { return ByType{&unary_range<float>, &unary_range<double>}; }

template <Binary kOp>
struct BinaryFn {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    if constexpr (kOp == Binary::add) return hn::Add(a, b);
    if constexpr (kOp == Binary::sub) return hn::Sub(a, b);
    if constexpr (kOp == Binary::mul) return hn::Mul(a, b);
    if constexpr (kOp == Binary::div) return hn::Div(a, b);
    if constexpr (kOp == Binary::maximum) return or_nan(a, b, hn::Max(a, b));
    if constexpr (kOp == Binary::minimum) return or_nan(a, b, hn::Min(a, b));
  }
  /// NaN where either operand is, else y.
  template <class V>
  HWY_INLINE V or_nan(V a, V b, V y) const {
    return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, y));
  }
};

/// `f` with its left or right operand fixed.
template <class T, class F, bool kFixLeft>
struct Fixed {
  T c;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    if constexpr (kFixLeft) return F()(d, hn::Set(d, c), x);
    return F()(d, x, hn::Set(d, c));
  }
};

/// One run y[i] = f(a[i sa], b[i sb]).
template <class F, class T>
HWY_INLINE void run(const T* a, int64_t sa, const T* b, int64_t sb, T* y, int64_t n) {
  if (sa == 1 && sb == 1) return map(F(), a, b, y, n);
  if (sa == 1 && sb == 0) return map(Fixed<T, F, false>{*b}, a, y, n);
  if (sa == 0 && sb == 1) return map(Fixed<T, F, true>{*a}, b, y, n);
  const hn::CappedTag<T, 1> one;
  for (int64_t i = 0; i < n; ++i) {
    hn::StoreU(F()(one, hn::LoadU(one, a + i * sa), hn::LoadU(one, b + i * sb)), one, y + i);
  }
}

template <class T>
HWY_NOINLINE void run_any(Binary op, const T* a, int64_t sa, const T* b, int64_t sb, T* y, int64_t n) {
  with_function<Binary::minimum>(op, [&]<Binary kOp>() HWY_ATTR { run<BinaryFn<kOp>>(a, sa, b, sb, y, n); });
}
auto binary_by_type() { return ByType{&run_any<float>, &run_any<double>}; }

template <class T>
struct Clamp {
  T lo, hi;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::IsNaN(x), x, hn::Min(hn::Max(x, hn::Set(d, lo)), hn::Set(d, hi)));
  }
};

template <class T>
void clamp_range(const T* x, T lo, T hi, T* y, int64_t n) {
  map(Clamp<T>{lo, hi}, x, y, n);
}

auto clamp_by_type() { return ByType{&clamp_range<float>, &clamp_range<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(unary_by_type);
HWY_EXPORT(binary_by_type);
HWY_EXPORT(clamp_by_type);

constexpr int64_t kUnaryGrain = 4096;
constexpr int64_t kGrain = 16384;
constexpr int64_t kScalarGrain = 256;

// One number at a time, in double.
bool is_scalar_loop(Binary op) { return op > Binary::minimum; }

template <class T, class F>
void scalar_run(F f, const T* a, int64_t sa, const T* b, int64_t sb, T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = static_cast<T>(f(static_cast<double>(a[i * sa]), static_cast<double>(b[i * sb])));
}

template <class T>
void binary_run(Binary op, const T* a, int64_t sa, const T* b, int64_t sb, T* y, int64_t n) {
  if (op == Binary::pow)
    return scalar_run([](double u, double v) { return std::pow(u, v); }, a, sa, b, sb, y, n);
  if (op == Binary::atan2)
    return scalar_run([](double u, double v) { return std::atan2(u, v); }, a, sa, b, sb, y, n);
  HWY_DYNAMIC_DISPATCH(binary_by_type)()(op, a, sa, b, sb, y, n);
}

int64_t grain_of(Binary op) { return is_scalar_loop(op) ? kScalarGrain : kGrain; }

/// y[i] = a[i] (op) b[i sb], sb 0 or 1
template <class T>
void flat(Binary op, const T* a, const T* b, int64_t sb, T* y, int64_t n) {
  parallel_for(n, grain_of(op), 64, [=](int64_t begin, int64_t end) {
    binary_run(op, a + begin, 1, b + begin * sb, sb, y + begin, end - begin);
  });
}

/// Rows of which one operand is the same short row every time: several as one run. False where they are not.
template <class T>
bool short_rows(Binary op, const T* a, const T* b, T* y, const Broadcast& layout) {
  constexpr int64_t kLongRow = 1024;
  const Broadcast shape = collapse(layout);
  const int64_t rows = shape.dims[0], cols = shape.dims[1];
  if (shape.rank != 2 || rows < kRowsTogether || cols > kLongRow || is_scalar_loop(op)) return false;
  if (shape.stride_a[1] != 1 || shape.stride_b[1] != 1) return false;
  if ((shape.stride_a[0] == 0) == (shape.stride_b[0] == 0)) return false;
  const bool a_repeats = shape.stride_a[0] == 0;
  const T* repeated = repeated_row<T, struct BinaryRow>(a_repeats ? a : b, cols);
  parallel_for(rows, std::max<int64_t>(1, kGrain / cols), kRowsTogether, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += kRowsTogether) {
      const int64_t at = row * cols, n = (std::min(row + kRowsTogether, end) - row) * cols;
      binary_run(op, a_repeats ? repeated : a + at, 1, a_repeats ? b + at : repeated, 1, y + at, n);
    }
  });
  return true;
}

}  // namespace

template <class T>
void unary(Unary f, const T* x, T* y, int64_t n) {
  parallel_for(n, kUnaryGrain, 64, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(unary_by_type)()(f, x + begin, y + begin, end - begin);
  });
}
template void unary(Unary, const float*, float*, int64_t);
template void unary(Unary, const double*, double*, int64_t);

template <class T>
void binary(Binary op, const T* a, const T* b, T* y, const Broadcast& layout) {
  if (short_rows(op, a, b, y, layout)) return;
  for_each_row(layout, grain_of(op),
               [=](int64_t at_a, int64_t at_b, int64_t at_y, int64_t n, int64_t sa, int64_t sb) {
                 binary_run(op, a + at_a, sa, b + at_b, sb, y + at_y, n);
               });
}
template void binary(Binary, const float*, const float*, float*, const Broadcast&);
template void binary(Binary, const double*, const double*, double*, const Broadcast&);

template <class T>
void pow_derivative(int n, const T* a, const T* b, T* y, const Broadcast& layout) {
  const auto value = [n](double base, double exponent) {
    double product = 1;
    for (int k = 0; k < n; ++k) product *= exponent - k;
    return product == 0 ? 0 : product * std::pow(base, exponent - n);
  };
  for_each_row(layout, kScalarGrain,
               [=](int64_t at_a, int64_t at_b, int64_t at_y, int64_t count, int64_t sa, int64_t sb) {
                 for (int64_t i = 0; i < count; ++i) {
                   y[at_y + i] = static_cast<T>(
                       value(static_cast<double>(a[at_a + i * sa]), static_cast<double>(b[at_b + i * sb])));
                 }
               });
}
template void pow_derivative(int, const float*, const float*, float*, const Broadcast&);
template void pow_derivative(int, const double*, const double*, double*, const Broadcast&);

template <class T>
void binary(Binary op, const T* a, const T* b, T* y, int64_t n) {
  flat(op, a, b, 1, y, n);
}
template void binary(Binary, const float*, const float*, float*, int64_t);
template void binary(Binary, const double*, const double*, double*, int64_t);

template <class T>
void scalar(Scalar op, const T* x, double c, T* y, int64_t n) {
  const T value = static_cast<T>(c);
  switch (op) {
    case Scalar::add:
      return flat(Binary::add, x, &value, 0, y, n);
    case Scalar::mul:
      return flat(Binary::mul, x, &value, 0, y, n);
    case Scalar::div:
      return flat(Binary::div, x, &value, 0, y, n);
    case Scalar::pow:
      if (c == 2) return unary(Unary::square, x, y, n);
      if (c == -1) return unary(Unary::reciprocal, x, y, n);
      return flat(Binary::pow, x, &value, 0, y, n);
  }
}
template void scalar(Scalar, const float*, double, float*, int64_t);
template void scalar(Scalar, const double*, double, double*, int64_t);

template <class T>
void clamp(const T* x, double lo, double hi, T* y, int64_t n) {
  const auto clamp = HWY_DYNAMIC_DISPATCH(clamp_by_type)();
  parallel_for(n, kGrain, 64, [&](int64_t begin, int64_t end) {
    clamp(x + begin, static_cast<T>(lo), static_cast<T>(hi), y + begin, end - begin);
  });
}
template void clamp(const float*, double, double, float*, int64_t);
template void clamp(const double*, double, double, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
