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

void forward_binary(kernels::Binary f, Inputs in, Tensor& out) {
  const bool flat = in[0].shape() == in[1].shape();
  visit_floating(out.dtype(), [&]<class T>() {
    const T *a = in[0].data<T>(), *b = in[1].data<T>();
    T* y = out.mutable_data<T>();
    if (flat) return kernels::binary(f, a, b, y, out.size());
    kernels::binary(f, a, b, y, broadcast_layout(in[0].shape(), in[1].shape(), out.shape()));
  });
}

void forward_scalar(kernels::ScalarOp f, Inputs in, double c, Tensor& out) {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::scalar(f, in[0].data<T>(), c, out.mutable_data<T>(), out.size());
  });
}

void Pow::vjp(Vjp& v, const Tensor& g) const {
  const Tensor &a = v.in(0), &b = v.in(1);
  const Tensor zero = constant_like(g, 0.0), one = constant_like(g, 1.0);
  if (v.needs(0)) {
    // At 0^0 the formula reads 0 * 0^-1; the derivative of a^0 is 0.
    const Tensor base = where(eq(b, zero), where(eq(a, zero), one, a), a);
    v.give(0, mul(mul(g, b), pow(base, add(b, -1.0))));
  }
  if (v.needs(1)) {
    // At base 0 the formula reads 0 * -inf; 0^b is 0 for every b > 0.
    const Tensor base = where(eq(a, zero), where(ge(b, zero), one, a), a);
    v.give(1, mul(mul(g, v.out()), log(base)));
  }
}

namespace {

/// g where `won`, half of it where a = b, else 0.
Tensor winners_share(const Tensor& won, const Tensor& a, const Tensor& b, const Tensor& g) {
  return where(won, g, where(eq(a, b), mul(g, 0.5), constant_like(g, 0.0)));
}

}  // namespace

void Maximum::vjp(Vjp& v, const Tensor& g) const {
  const Tensor &a = v.in(0), &b = v.in(1);
  if (v.needs(0)) v.give(0, winners_share(gt(a, b), a, b, g));
  if (v.needs(1)) v.give(1, winners_share(gt(b, a), a, b, g));
}

void Minimum::vjp(Vjp& v, const Tensor& g) const {
  const Tensor &a = v.in(0), &b = v.in(1);
  if (v.needs(0)) v.give(0, winners_share(lt(a, b), a, b, g));
  if (v.needs(1)) v.give(1, winners_share(lt(b, a), a, b, g));
}

// c = 0 and c = 1 stand apart: at x = 0 the formula would read 0 * 0^-1.
void PowScalar::vjp(Vjp& v, const Tensor& g) const {
  if (c == 0.0 || c == 1.0) return v.give(0, mul(g, c));
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
Tensor add(const Tensor& x, double c) { return apply(ops::AddScalar{{c}}, x); }
Tensor mul(const Tensor& x, double c) { return apply(ops::MulScalar{{c}}, x); }
Tensor pow(const Tensor& x, double exponent) { return apply(ops::PowScalar{{exponent}}, x); }

}  // namespace gradzoo
