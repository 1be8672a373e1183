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
  const kernels::Broadcast layout = broadcast_layout(in[0].shape(), in[1].shape(), out.shape());
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::binary(f, in[0].data<T>(), in[1].data<T>(), out.mutable_data<T>(), layout);
  });
}

}  // namespace ops

Tensor add(const Tensor& a, const Tensor& b) { return apply<ops::Add>(a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return apply<ops::Mul>(a, b); }

}  // namespace gradzoo
