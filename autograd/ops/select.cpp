#include "autograd/ops/select.h"

#include "autograd/kernels/move/move.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/ops/elementwise.h"

namespace gradzoo {
namespace ops {
namespace {

/// x's values laid out in full under `shape`; x itself where it already is.
template <class T>
Tensor expanded(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const kernels::Broadcast layout = broadcast_layout(x.shape(), x.shape(), shape);
  Tensor out = empty(shape, x.dtype());
  kernels::strided_copy(x.data<T>(), out.mutable_data<T>(), layout.rank, layout.dims, layout.stride_a);
  return out;
}

}  // namespace

void Where::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    const Tensor mask = expanded<uint8_t>(in[0], out.shape());
    const Tensor a = expanded<T>(in[1], out.shape());
    const Tensor b = expanded<T>(in[2], out.shape());
    kernels::where(mask.data<uint8_t>(), a.data<T>(), b.data<T>(), out.mutable_data<T>(), out.size());
  });
}

std::vector<OpCase<Where>> Where::cases() {
  std::vector<OpCase<Where>> cases;
  for (const auto& [mask, a, b] : {std::array<Shape, 3>{Shape{}, {}, {}},
                                   {Shape{4}, {4}, {4}},
                                   {Shape{2, 3}, {2, 3}, {2, 3}},
                                   {Shape{2, 1}, {3}, {2, 3}},
                                   {Shape{3}, {2, 1}, {}},
                                   {Shape{}, {2, 3}, {1, 3}},
                                   {Shape{2, 3}, {1}, {2, 1, 1}},
                                   {Shape{0}, {1}, {0}}}) {
    cases.push_back({{}, {{.shape = mask}, {.shape = a}, {.shape = b}}});
  }
  return cases;
}

}  // namespace ops

Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b) { return apply<ops::Where>(mask, a, b); }

Tensor where(const Tensor& mask, const Tensor& a, double b) {
  return where(mask, a, ops::constant_like(a, b));
}

Tensor where(const Tensor& mask, double a, const Tensor& b) {
  return where(mask, ops::constant_like(b, a), b);
}

}  // namespace gradzoo
