#include "autograd/ops/reduce.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace ops {
namespace {

void forward_reduce(Reduce f, int axis, const Tensor& x, Tensor& out) {
  const AxisView view = view_from_end(x.shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::reduce(f, x.data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

// Sums the axes [first, end) of x, seen as one.
void sum_axes(const Tensor& x, int first, int end, Tensor& out) {
  AxisView view;
  for (int i = 0; i < x.rank(); ++i) {
    (i < first ? view.outer : i < end ? view.n : view.inner) *= x.shape()[i];
  }
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::reduce(Reduce::sum, x.data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

}  // namespace

void Sum::forward(Inputs in, Tensor& out) const { forward_reduce(Reduce::sum, axis, in[0], out); }

Shape SumTo::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  if (x.rank() != target.rank() || broadcast_shapes(x, target, name) != x)
    throw Error("{}: {} is not a shape that {} was broadcast from. Hint: sizes agree or are 1", name,
                target.str(), x.str());
  return target;
}

void SumTo::forward(Inputs in, Tensor& out) const {
  const auto is_summed = [&](int i) { return in[0].shape()[i] != target[i]; };
  const int rank = target.rank();
  int last = rank;  // one past the last axis to sum
  while (last > 0 && !is_summed(last - 1)) --last;
  Tensor x = in[0];
  for (int first = 0; first <= last; ++first) {
    if (first < last && !is_summed(first)) continue;
    int end = first;  // a run of neighbouring axes is one reduction
    while (end < last && is_summed(end)) ++end;
    if (end == last) return sum_axes(x, first, end, out);
    Shape partial = x.shape();
    for (int i = first; i < end; ++i) partial.set(i, 1);
    Tensor y = empty(partial, x.dtype());
    sum_axes(x, first, end, y);
    x = std::move(y);
    first = end;
  }
}

std::vector<OpCase<SumTo>> SumTo::cases() {
  return shape_cases<SumTo, Shape>({{{}, {}},
                                    {{4}, {1}},
                                    {{3, 4}, {3, 4}},
                                    {{3, 4}, {1, 4}},
                                    {{3, 4}, {3, 1}},
                                    {{3, 4}, {1, 1}},
                                    {{2, 3, 4}, {2, 1, 4}},
                                    {{2, 3, 4}, {1, 3, 1}},
                                    {{2, 3, 2, 2}, {2, 1, 1, 2}},
                                    {{0}, {1}},
                                    {{2, 0}, {2, 1}},
                                    {{2, 0}, {1, 0}},
                                    {{2, 1, 3}, {2, 1, 1}}});
}

namespace {

bool has_left_range(const Tensor& total) {
  return visit_floating(total.dtype(), [&]<class T>() {
    return !std::all_of(total.data<T>(), total.data<T>() + total.size(),
                        [](T t) { return std::isfinite(t); });
  });
}

}  // namespace

Tensor sum_over_count(const Tensor& x, int64_t count, FunctionRef<Tensor(const Tensor&)> sum_of) {
  const Tensor total = sum_of(x);
  const auto n = static_cast<double>(count);
  return has_left_range(total) ? sum_of(div(x, n)) : div(total, n);
}

Tensor tie_shares(const Tensor& x, const Tensor& extremum) {
  const NoGrad constant;
  const Tensor equal = cast(eq(x, extremum), x.dtype());
  return div(equal, sum_to(equal, extremum.shape()));
}

namespace {

void check_elements(const Shape& shape, int axis, const char* op) {
  if (shape[axis] > 0) return;
  throw Error("{}: axis {} of {} has no elements. Hint: only sum and mean take an empty axis", op,
              axis + shape.rank(), shape.str());
}

}  // namespace

template <Reduce kWhich>
Shape Extremum<kWhich>::shape(Inputs in) const {
  check_elements(in[0].shape(), axis, name);
  return reduced_shape(in[0].shape(), axis, keepdim);
}

template <Reduce kWhich>
void Extremum<kWhich>::forward(Inputs in, Tensor& out) const {
  forward_reduce(kWhich, axis, in[0], out);
}

template struct Extremum<Reduce::max>;
template struct Extremum<Reduce::min>;

void Cumsum::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::cumsum(in[0].data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner, reverse);
  });
}

namespace {

constexpr Composite kSum{"sum", "y = sum_i x_i;  dx_i = g"};
constexpr Composite kMean{"mean", "y = (1/n) sum_i x_i;  dx_i = g / n"};
constexpr Composite kMax{"max", Max::formula}, kMin{"min", Min::formula};

}  // namespace
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

Tensor sum(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Sum{ops::axis_from_end(axis, x.rank(), "sum"), keepdim}, x);
}

Tensor sum(const Tensor& x) {
  const CompositeScope sum_of_all(ops::kSum);
  return sum(ops::one_row(x), -1);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (shape.rank() > x.rank())
    throw Error("sum_to: {} has more axes than {}. Hint: broadcast_to adds axes", shape.str(),
                x.shape().str());
  Shape target = shape;
  while (target.rank() < x.rank()) target = target.insert(0, 1);
  const Tensor y = x.shape() == target ? x : apply(ops::SumTo{target}, x);
  return shape.rank() == target.rank() ? y : reshape(y, shape);
}

// 0 / 0 is NaN: the mean of nothing.
Tensor mean(const Tensor& x, int axis, bool keepdim) {
  const CompositeScope mean_of_axis(ops::kMean);
  const int from_end = ops::axis_from_end(axis, x.rank(), "mean");
  return ops::sum_over_count(x, x.shape()[from_end],
                             [&](const Tensor& t) { return sum(t, from_end, keepdim); });
}

Tensor mean(const Tensor& x) {
  const CompositeScope mean_of_all(ops::kMean);
  return mean(ops::one_row(x), -1);
}

Tensor var_axis(const Tensor& x, int axis, bool keepdim, int correction) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "var");
  const int64_t degrees = std::max<int64_t>(0, x.shape()[from_end] - correction);
  const Tensor deviation = sub(x, mean(x, from_end, /*keepdim=*/true));
  return ops::sum_over_count(square(deviation), degrees,
                             [&](const Tensor& t) { return sum(t, from_end, keepdim); });
}

Tensor var(const Tensor& x, int correction) { return var_axis(ops::one_row(x), -1, false, correction); }

Tensor max(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Max{ops::axis_from_end(axis, x.rank(), "max"), keepdim}, x);
}

Tensor max(const Tensor& x) {
  const CompositeScope max_of_all(ops::kMax);
  return max(ops::one_row(x), -1);
}

Tensor min(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Min{ops::axis_from_end(axis, x.rank(), "min"), keepdim}, x);
}

Tensor min(const Tensor& x) {
  const CompositeScope min_of_all(ops::kMin);
  return min(ops::one_row(x), -1);
}

Tensor cumsum(const Tensor& x, int axis, bool reverse) {
  return apply(ops::Cumsum{ops::axis_from_end(axis, x.rank(), "cumsum"), reverse}, x);
}

namespace {

Tensor place_of_largest(const Tensor& x, int axis, const char* op) {
  const int from_end = ops::axis_from_end(axis, x.rank(), op);
  ops::check_elements(x.shape(), from_end, op);
  const AxisView view = ops::view_from_end(x.shape(), from_end);
  Tensor out = empty(ops::reduced_shape(x.shape(), from_end, false), DType::i64);
  visit_floating(x.dtype(), [&]<class T>() {
    kernels::argmax(x.data<T>(), out.mutable_data<int64_t>(), view.outer, view.n, view.inner);
  });
  return out;
}

}  // namespace

Tensor argmax(const Tensor& x, int axis) { return place_of_largest(x, axis, "argmax"); }

Tensor argmin(const Tensor& x, int axis) { return place_of_largest(neg(x.detach()), axis, "argmin"); }

Tensor norm(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Norm{ops::axis_from_end(axis, x.rank(), "norm"), keepdim}, x);
}

Tensor norm(const Tensor& x) { return norm(ops::one_row(x), -1); }

}  // namespace gradzoo
