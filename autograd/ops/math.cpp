#include "autograd/ops/math.h"

namespace gradzoo {
namespace ops {

void forward_unary(Unary f, Inputs in, Tensor& out) {
  visit_floating(out.dtype(),
                 [&]<class T>() { kernels::unary(f, in[0].data<T>(), out.mutable_data<T>(), out.size()); });
}

void Clamp::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::clamp(in[0].data<T>(), low, high, out.mutable_data<T>(), out.size());
  });
}

void Clamp::vjp(Vjp& v, const Tensor& g) const {
  v.give(0, where(eq(v.in(0), v.out()), g, zeros({}, g.dtype())));
}

// Either bound must be avoided: one case around each.
std::vector<OpCase<Clamp>> Clamp::cases() {
  std::vector<OpCase<Clamp>> cases = unary_cases<Clamp>({.avoid = 0.5}, {-4.0, 0.5});
  for (const OpCase<Clamp>& lower : unary_cases<Clamp>({.avoid = -0.5}, {-0.5, 4.0})) cases.push_back(lower);
  return cases;
}

}  // namespace ops

Tensor neg(const Tensor& x) { return apply<ops::Neg>(x); }
Tensor abs(const Tensor& x) { return apply<ops::Abs>(x); }
Tensor exp(const Tensor& x) { return apply<ops::Exp>(x); }
Tensor expm1(const Tensor& x) { return apply<ops::Expm1>(x); }
Tensor expm1x(const Tensor& x) { return apply<ops::Expm1x>(x); }
Tensor log(const Tensor& x) { return apply<ops::Log>(x); }
Tensor log1p(const Tensor& x) { return apply<ops::Log1p>(x); }
Tensor exp2(const Tensor& x) { return apply<ops::Exp2>(x); }
Tensor log2(const Tensor& x) { return apply<ops::Log2>(x); }
Tensor log10(const Tensor& x) { return apply<ops::Log10>(x); }
Tensor sqrt(const Tensor& x) { return apply<ops::Sqrt>(x); }
Tensor rsqrt(const Tensor& x) { return apply<ops::Rsqrt>(x); }
Tensor reciprocal(const Tensor& x) { return apply<ops::Reciprocal>(x); }
Tensor square(const Tensor& x) { return apply<ops::Square>(x); }
Tensor sin(const Tensor& x) { return apply<ops::Sin>(x); }
Tensor cos(const Tensor& x) { return apply<ops::Cos>(x); }

Tensor clamp(const Tensor& x, double low, double high) {
  if (!(low <= high)) throw Error("clamp: low {} exceeds high {}. Hint: swap the bounds", low, high);
  return apply(ops::Clamp{low, high}, x);
}

}  // namespace gradzoo
