#include "autograd/ops/elementwise.h"

namespace gradzoo {
namespace ops {

kernels::Broadcast broadcast_layout(const Shape& a, const Shape& b, const Shape& out) {
  kernels::Broadcast layout;
  layout.rank = out.rank();
  int64_t stride_a = 1, stride_b = 1;
  for (int i = 1; i <= out.rank(); ++i) {
    const int axis = out.rank() - i;
    layout.dims[axis] = out[axis];
    const int64_t size_a = i <= a.rank() ? a[-i] : 1;
    const int64_t size_b = i <= b.rank() ? b[-i] : 1;
    layout.stride_a[axis] = size_a == 1 ? 0 : stride_a;
    layout.stride_b[axis] = size_b == 1 ? 0 : stride_b;
    stride_a *= size_a;
    stride_b *= size_b;
  }
  return layout;
}

void forward_binary(Binary f, Inputs in, Tensor& out) {
  const bool flat = in[0].shape() == in[1].shape();
  visit_floating(out.dtype(), [&]<class T>() {
    const T *a = in[0].data<T>(), *b = in[1].data<T>();
    T* y = out.mutable_data<T>();
    if (flat) return kernels::binary(f, a, b, y, out.size());
    kernels::binary(f, a, b, y, broadcast_layout(in[0].shape(), in[1].shape(), out.shape()));
  });
}

void forward_scalar(Scalar f, Inputs in, double c, Tensor& out) {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::scalar(f, in[0].data<T>(), c, out.mutable_data<T>(), out.size());
  });
}

void Pow::forward(Inputs in, Tensor& out) const {
  if (n == 0) return forward_binary(Binary::pow, in, out);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::pow_derivative(n, in[0].data<T>(), in[1].data<T>(), out.mutable_data<T>(),
                            broadcast_layout(in[0].shape(), in[1].shape(), out.shape()));
  });
}

namespace {

/// p(b) = b (b-1) ... (b-n+1) and p'(b).
struct FallingProduct {
  Tensor value, derivative;
};
FallingProduct falling_product(const Tensor& b, int n) {
  FallingProduct p{ones_like(b), zeros_like(b)};
  for (int k = 0; k < n; ++k) {
    const Tensor factor = add(b, static_cast<double>(-k));
    p = {mul(p.value, factor), add(mul(p.derivative, factor), p.value)};
  }
  return p;
}

}  // namespace

void Pow::vjp(Vjp& v, const Tensor& g) const {
  const Tensor &a = v.in(0), &b = v.in(1);
  if (v.needs(0)) v.give(0, mul(g, apply(Pow(n + 1), a, b)));
  if (!v.needs(1)) return;
  // At base 0 the formula reads 0 * -inf; 0^b is 0 for every b > 0.
  const Tensor zero = constant_like(g, 0.0), one = constant_like(g, 1.0);
  const Tensor base = where(eq(a, zero), where(ge(b, zero), one, a), a);
  const FallingProduct p = falling_product(b, n);
  const Tensor power = pow(a, add(b, static_cast<double>(-n)));
  const Tensor slope = add(p.derivative, mul(p.value, log(base)));
  v.give(1, mul(mul(g, power), slope));
}

std::vector<OpCase<Pow>> Pow::cases() {
  std::vector<OpCase<Pow>> cases = binary_cases<Pow>({.low = 0.5}, {});
  for (const int order : {0, 1, 2}) {
    for (const double exponent : {0.0, 1.0, 2.0}) {
      const Operand whole{.shape = {3}, .low = exponent, .high = exponent};
      cases.push_back({Pow(order), {{.shape = {3}, .low = 0.5}, whole}});
    }
    cases.push_back({Pow(order), {{.shape = {2, 3}, .low = 0.5}, {.shape = {3}}}});
  }
  return cases;
}

namespace {

/// 0 where `lost`, half of g where a = b, else g: where one of the two is NaN, so is the value, and g goes to
/// both.
Tensor winners_share(const Tensor& lost, const Tensor& a, const Tensor& b, const Tensor& g) {
  return where(lost, constant_like(g, 0.0), where(eq(a, b), mul(g, 0.5), g));
}

}  // namespace

template <bool kIsMax>
void Winner<kIsMax>::vjp(Vjp& v, const Tensor& g) const {
  const Tensor &a = v.in(0), &b = v.in(1);
  if (v.needs(0)) v.give(0, winners_share(kIsMax ? lt(a, b) : lt(b, a), a, b, g));
  if (v.needs(1)) v.give(1, winners_share(kIsMax ? lt(b, a) : lt(a, b), a, b, g));
}
template struct Winner<true>;
template struct Winner<false>;

// c = 0 and c = 1 stand apart: at x = 0 the formula would read 0 * 0^-1. Where c < 0, x^(c-1) alone may leave
// the range: c (g y) / x.
void PowScalar::vjp(Vjp& v, const Tensor& g) const {
  if (c == 0.0 || c == 1.0) return v.give(0, mul(g, c));
  if (c < 0.0) {
    const Tensor scaled = mul(g, c), power = pow(v.in(0), c);
    return v.give(0, div(mul(scaled, power), v.in(0)));
  }
  v.give(0, mul(g, mul(pow(v.in(0), c - 1.0), c)));
}

std::vector<OpCase<PowScalar>> PowScalar::cases() {
  std::vector<OpCase<PowScalar>> cases = unary_cases<PowScalar>({.low = 0.5}, {{-1.5}});
  for (const double exponent : {0.0, 1.0, 2.0, 3.0, 0.5}) {
    cases.push_back({{{exponent}}, {{.shape = {4}, .low = exponent == 0.5 ? 0.5 : -2.0}}});
  }
  return cases;
}

}  // namespace ops

Tensor add(const Tensor& a, const Tensor& b) { return apply<ops::Add>(a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return apply<ops::Sub>(a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return apply<ops::Mul>(a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return apply<ops::Div>(a, b); }
Tensor pow(const Tensor& a, const Tensor& b) { return apply<ops::Pow>(a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return apply<ops::Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply<ops::Minimum>(a, b); }
Tensor maximum(const Tensor& x, double c) { return maximum(x, ops::constant_like(x, c)); }
Tensor minimum(const Tensor& x, double c) { return minimum(x, ops::constant_like(x, c)); }
Tensor add(const Tensor& x, double c) { return apply(ops::AddScalar{{c}}, x); }
Tensor mul(const Tensor& x, double c) { return apply(ops::MulScalar{{c}}, x); }
Tensor div(const Tensor& x, double c) { return apply(ops::DivScalar{{c}}, x); }
Tensor div(double c, const Tensor& x) { return div(ops::constant_like(x, c), x); }
Tensor pow(const Tensor& x, double exponent) { return apply(ops::PowScalar{{exponent}}, x); }

}  // namespace gradzoo
