#include <cmath>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/special.h"
#include "gradzoo/autograd/plain.h"

namespace gradzoo {
namespace {

template <class Loop>
Tensor plain_map(const Tensor& x, Loop&& loop) {
  Tensor out = empty_like(x);
  visit_floating(x.dtype(), [&]<class T>() { loop(x.data<T>(), out.mutable_data<T>(), x.size()); });
  return out;
}

Tensor plain_map(const Tensor& x, ops::Unary f) {
  return plain_map(x, [f](const auto* from, auto* to, int64_t n) { kernels::unary(f, from, to, n); });
}

Tensor plain_map(const Tensor& x, double (*f)(double)) {
  return plain_map(x, [f](const auto* from, auto* to, int64_t n) { kernels::special::each(f, from, to, n); });
}

}  // namespace

Tensor sign(const Tensor& x) { return plain_map(x, ops::Unary::sign); }
Tensor floor(const Tensor& x) { return plain_map(x, ops::Unary::floor); }
Tensor ceil(const Tensor& x) { return plain_map(x, std::ceil); }
Tensor trunc(const Tensor& x) { return plain_map(x, std::trunc); }
Tensor round(const Tensor& x) { return plain_map(x, std::nearbyint); }

}  // namespace gradzoo
