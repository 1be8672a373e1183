#include "autograd/ops/softmax.h"

#include "autograd/kernels/reduce/reduce.h"

namespace gradzoo {
namespace ops {

void LogSumExp::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::logsumexp(in[0].data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

void Softmax::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::softmax(in[0].data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

void LogSoftmax::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::log_softmax(in[0].data<T>(), out.mutable_data<T>(), view.outer, view.n, view.inner);
  });
}

}  // namespace ops

Tensor logsumexp(const Tensor& x, int axis, bool keepdim) {
  return apply(ops::LogSumExp{ops::axis_from_end(axis, x.rank(), "logsumexp"), keepdim}, x);
}

Tensor softmax(const Tensor& x, int axis) {
  return apply(ops::Softmax{ops::axis_from_end(axis, x.rank(), "softmax")}, x);
}

Tensor log_softmax(const Tensor& x, int axis) {
  return apply(ops::LogSoftmax{ops::axis_from_end(axis, x.rank(), "log_softmax")}, x);
}

}  // namespace gradzoo
