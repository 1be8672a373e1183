#include "autograd/ops/special.h"

#include "autograd/kernels/pointwise/special.h"

namespace gradzoo {
namespace ops {

void Lgamma::forward(Inputs in, Tensor& out) const { forward_each(kernels::special::lgamma, in, out); }

void Digamma::forward(Inputs in, Tensor& out) const { forward_each(kernels::special::digamma, in, out); }

void Polygamma::forward(Inputs in, Tensor& out) const {
  forward_each([m = n](double x) { return kernels::special::polygamma(m, x); }, in, out);
}

std::vector<OpCase<Polygamma>> Polygamma::cases() {
  std::vector<OpCase<Polygamma>> cases = between_poles(Polygamma(1), false);
  cases.push_back({Polygamma(2), {{.shape = {4}, .low = 0.5, .high = 4.0}}});
  cases.push_back({Polygamma(4), {{.shape = {4}, .low = 1.0, .high = 4.0}}});
  return cases;
}

}  // namespace ops

Tensor lgamma(const Tensor& x) { return apply<ops::Lgamma>(x); }
Tensor digamma(const Tensor& x) { return apply<ops::Digamma>(x); }
Tensor erfc(const Tensor& x) { return apply<ops::Erfc>(x); }

Tensor polygamma(int n, const Tensor& x) {
  constexpr int kHighest = 1000;  // left of 0 its formula has some n^2 / 2 coefficients
  if (n < 0) throw Error("polygamma: n = {} is negative. Hint: use n >= 0; n = 0 is digamma", n);
  if (n > kHighest) throw Error("polygamma: n = {}. Hint: at most {}", n, kHighest);
  return n == 0 ? digamma(x) : apply(ops::Polygamma(n), x);
}

}  // namespace gradzoo
