#include "autograd/ops/vector_norm.h"

#include <algorithm>
#include <cmath>

namespace gradzoo {
namespace ops {
namespace {

// sqrt(sum x^2) over n numbers, `stride` apart.
template <class T>
double length_of(const T* x, int64_t n, int64_t stride) {
  const auto sum_of_squares = [=](double unit) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double value = static_cast<double>(x[i * stride]) / unit;
      sum += value * value;
    }
    return sum;
  };
  constexpr double kSmallest = 1e-280, kLargest = 1e300;  // beyond, squares have lost digits or overflown
  const double sum = sum_of_squares(1.0);
  if ((sum >= kSmallest && sum <= kLargest) || std::isnan(sum)) return std::sqrt(sum);
  double largest = 0;
  for (int64_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(static_cast<double>(x[i * stride])));
  if (largest == 0 || std::isinf(largest)) return largest;
  return largest * std::sqrt(sum_of_squares(largest));
}

}  // namespace

void Norm::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    const T* x = in[0].data<T>();
    T* y = out.mutable_data<T>();
    for (int64_t o = 0; o < view.outer; ++o, x += view.n * view.inner) {
      for (int64_t k = 0; k < view.inner; ++k) *y++ = static_cast<T>(length_of(x + k, view.n, view.inner));
    }
  });
}

void Norm::vjp(Vjp& v, const Tensor& g) const {
  const Tensor y = keep_axis(v.out(), axis, keepdim);
  const Tensor at_zero = eq(y, 0.0);
  const Tensor direction = where(at_zero, 0.0, div(v.in(0), where(at_zero, 1.0, y)));
  v.give(0, mul(keep_axis(g, axis, keepdim), direction));
}

}  // namespace ops

Tensor norm(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Norm{ops::axis_from_end(axis, x.rank(), "norm"), keepdim}, x);
}

Tensor norm(const Tensor& x) { return norm(ops::one_row(x), -1); }

}  // namespace gradzoo
