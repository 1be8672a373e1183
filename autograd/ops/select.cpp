#include "autograd/ops/select.h"

#include <fmt/format.h>

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

namespace {

Tensor compare(kernels::Compare op, const Tensor& a, const Tensor& b, const char* name) {
  if (a.dtype() != b.dtype()) {
    throw Error(fmt::format("{}: operands of two dtypes, {} {} and {} {}. Hint: cast one of them", name,
                            dtype_name(a.dtype()), a.shape().str(), dtype_name(b.dtype()), b.shape().str()));
  }
  Tensor mask = empty(broadcast_shapes(a.shape(), b.shape(), name), DType::u8);
  const kernels::Broadcast layout = ops::broadcast_layout(a.shape(), b.shape(), mask.shape());
  visit_floating(a.dtype(), [&]<class T>() {
    kernels::compare(op, a.data<T>(), b.data<T>(), mask.mutable_data<uint8_t>(), layout);
  });
  return mask;
}

Tensor plain_unary(kernels::Unary f, const Tensor& x) {
  Tensor out = empty_like(x);
  visit_floating(x.dtype(),
                 [&]<class T>() { kernels::unary(f, x.data<T>(), out.mutable_data<T>(), x.size()); });
  return out;
}

}  // namespace

Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b) { return apply<ops::Where>(mask, a, b); }

Tensor lt(const Tensor& a, const Tensor& b) { return compare(kernels::Compare::lt, a, b, "lt"); }
Tensor le(const Tensor& a, const Tensor& b) { return compare(kernels::Compare::le, a, b, "le"); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare(kernels::Compare::gt, a, b, "gt"); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare(kernels::Compare::ge, a, b, "ge"); }
Tensor eq(const Tensor& a, const Tensor& b) { return compare(kernels::Compare::eq, a, b, "eq"); }
Tensor sign(const Tensor& x) { return plain_unary(kernels::Unary::sign, x); }
Tensor floor(const Tensor& x) { return plain_unary(kernels::Unary::floor, x); }

bool all_finite(const Tensor& x) {
  return visit_floating(x.dtype(), [&]<class T>() { return kernels::all_finite(x.data<T>(), x.size()); });
}

}  // namespace gradzoo
