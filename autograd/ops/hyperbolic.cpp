#include "autograd/ops/hyperbolic.h"

#include <cmath>

namespace gradzoo {
namespace ops {

void Sinh::forward(Inputs in, Tensor& out) const {
  forward_each([](double x) { return std::sinh(x); }, in, out);
}

void Cosh::forward(Inputs in, Tensor& out) const {
  forward_each([](double x) { return std::cosh(x); }, in, out);
}

void Asinh::forward(Inputs in, Tensor& out) const {
  forward_each([](double x) { return std::asinh(x); }, in, out);
}

void Acosh::forward(Inputs in, Tensor& out) const {
  forward_each([](double x) { return std::acosh(x); }, in, out);
}

void Atanh::forward(Inputs in, Tensor& out) const {
  forward_each([](double x) { return std::atanh(x); }, in, out);
}

}  // namespace ops

Tensor sinh(const Tensor& x) { return apply<ops::Sinh>(x); }
Tensor cosh(const Tensor& x) { return apply<ops::Cosh>(x); }
Tensor asinh(const Tensor& x) { return apply<ops::Asinh>(x); }
Tensor acosh(const Tensor& x) { return apply<ops::Acosh>(x); }
Tensor atanh(const Tensor& x) { return apply<ops::Atanh>(x); }

}  // namespace gradzoo
