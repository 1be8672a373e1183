#include "autograd/ops/reduce.h"

#include <fmt/format.h>

#include "autograd/kernels/reduce.h"

namespace gradzoo {
namespace ops {
namespace {

void forward_reduce(kernels::Reduce f, int axis, const Tensor& x, Tensor& out) {
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
    kernels::reduce(kernels::Reduce::sum, x.data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

}  // namespace

void Sum::forward(Inputs in, Tensor& out) const { forward_reduce(kernels::Reduce::sum, axis, in[0], out); }

Shape SumTo::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  if (x.rank() != target.rank() || broadcast_shapes(x, target, name) != x) {
    throw Error(fmt::format("{}: {} is not a shape that {} was broadcast from. Hint: sizes agree or are 1",
                            name, target.str(), x.str()));
  }
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
  const std::pair<Shape, Shape> shapes[] = {{{}, {}},
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
                                            {{2, 1, 3}, {2, 1, 1}}};
  std::vector<OpCase<SumTo>> cases;
  for (const auto& [from, to] : shapes) cases.push_back({SumTo{to}, {{.shape = from}}});
  return cases;
}

}  // namespace ops

Tensor sum(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::Sum{ops::axis_from_end(axis, x.rank(), "sum"), keepdim}, x);
}

Tensor sum(const Tensor& x) { return sum(reshape(x, {x.size()}), -1); }

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (shape.rank() > x.rank()) {
    throw Error(fmt::format("sum_to: {} has more axes than {}. Hint: broadcast_to adds axes", shape.str(),
                            x.shape().str()));
  }
  Shape target = shape;
  while (target.rank() < x.rank()) target = target.insert(0, 1);
  const Tensor y = x.shape() == target ? x : apply(ops::SumTo{target}, x);
  return shape.rank() == target.rank() ? y : reshape(y, shape);
}

}  // namespace gradzoo
