#include "autograd/ops/trigonometric.h"

#include <limits>
#include <utility>

namespace gradzoo {
namespace ops {

// In units of the larger coordinate, a constant: squares neither overflow nor vanish. Where that is infinite
// the derivatives have gone to 0, as 1/r.
void Atan2::vjp(Vjp& v, const Tensor& g) const {
  const auto [unit, far] = [&]() -> std::pair<Tensor, Tensor> {
    const NoGrad constant;
    const Tensor larger = maximum(abs(v.in(0)), abs(v.in(1)));
    const Tensor infinite = eq(larger, std::numeric_limits<double>::infinity());
    return {where(logical_or(eq(larger, 0.0), infinite), 1.0, larger), infinite};
  }();
  const auto within = [far = any(far) ? far : Tensor()](const Tensor& t, double instead) {
    return far.defined() ? where(far, instead, t) : t;
  };
  const Tensor a = div(within(v.in(0), 1.0), unit), b = div(within(v.in(1), 1.0), unit);
  const Tensor a2 = square(a), b2 = square(b);
  const Tensor scale = within(div(div(g, add(a2, b2)), unit), 0.0);
  if (v.needs(0)) v.give(0, mul(scale, b));
  if (v.needs(1)) v.give(1, neg(mul(scale, a)));
}

// One coordinate stays away from 0, and with it the point from the origin and from the cut at (-, 0).
std::vector<OpCase<Atan2>> Atan2::cases() {
  std::vector<OpCase<Atan2>> cases = binary_cases<Atan2>({}, {.low = 0.5});
  for (const OpCase<Atan2>& c : binary_cases<Atan2>({.low = 0.5}, {})) cases.push_back(c);
  return cases;
}

}  // namespace ops

Tensor tan(const Tensor& x) { return apply<ops::Tan>(x); }
Tensor asin(const Tensor& x) { return apply<ops::Asin>(x); }
Tensor acos(const Tensor& x) { return apply<ops::Acos>(x); }
Tensor atan(const Tensor& x) { return apply<ops::Atan>(x); }
Tensor atan2(const Tensor& y, const Tensor& x) { return apply<ops::Atan2>(y, x); }

Tensor sinh(const Tensor& x) { return apply<ops::Sinh>(x); }
Tensor cosh(const Tensor& x) { return apply<ops::Cosh>(x); }
Tensor asinh(const Tensor& x) { return apply<ops::Asinh>(x); }
Tensor acosh(const Tensor& x) { return apply<ops::Acosh>(x); }
Tensor atanh(const Tensor& x) { return apply<ops::Atanh>(x); }

}  // namespace gradzoo
