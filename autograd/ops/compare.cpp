#include <algorithm>
#include <type_traits>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/ops/axis.h"
#include "autograd/ops/elementwise.h"

/// Comparisons, masks and what is counted of them.
namespace gradzoo {
namespace {

using ops::Compare;

Tensor compare(Compare op, const Tensor& a, const Tensor& b, const char* name) {
  if (a.dtype() != b.dtype())
    throw Error("{}: operands of two dtypes, {} {} and {} {}. Hint: cast one of them", name,
                dtype_name(a.dtype()), a.shape().str(), dtype_name(b.dtype()), b.shape().str());
  Tensor mask = empty(broadcast_shapes(a.shape(), b.shape(), name), DType::u8);
  const kernels::Broadcast layout = ops::broadcast_layout(a.shape(), b.shape(), mask.shape());
  visit_any(a.dtype(), [&]<class T>() {
    kernels::compare(op, a.data<T>(), b.data<T>(), mask.mutable_data<uint8_t>(), layout);
  });
  return mask;
}

Tensor compare(Compare op, const Tensor& x, double c) {
  Tensor mask = empty(x.shape(), DType::u8);
  visit_any(x.dtype(), [&]<class T>() {
    using Number = std::conditional_t<std::is_floating_point_v<T>, T, long double>;  // holds every int64_t
    kernels::compare(op, x.data<T>(), static_cast<Number>(c), mask.mutable_data<uint8_t>(), x.size());
  });
  return mask;
}

Tensor logical(ops::Logical op, const Tensor& a, const Tensor& b, const char* name) {
  for (const Tensor* mask : {&a, &b}) {
    if (mask->dtype() == DType::u8) continue;
    throw Error("{}: an operand of {} is not a mask (u8). Hint: use ne(x, 0)", name,
                dtype_name(mask->dtype()));
  }
  Tensor out = empty(broadcast_shapes(a.shape(), b.shape(), name), DType::u8);
  const kernels::Broadcast layout = ops::broadcast_layout(a.shape(), b.shape(), out.shape());
  kernels::logical(op, a.data<uint8_t>(), b.data<uint8_t>(), out.mutable_data<uint8_t>(), layout);
  return out;
}

}  // namespace

Tensor lt(const Tensor& a, const Tensor& b) { return compare(Compare::lt, a, b, "lt"); }
Tensor le(const Tensor& a, const Tensor& b) { return compare(Compare::le, a, b, "le"); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare(Compare::gt, a, b, "gt"); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare(Compare::ge, a, b, "ge"); }
Tensor eq(const Tensor& a, const Tensor& b) { return compare(Compare::eq, a, b, "eq"); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare(Compare::ne, a, b, "ne"); }
Tensor lt(const Tensor& x, double c) { return compare(Compare::lt, x, c); }
Tensor le(const Tensor& x, double c) { return compare(Compare::le, x, c); }
Tensor gt(const Tensor& x, double c) { return compare(Compare::gt, x, c); }
Tensor ge(const Tensor& x, double c) { return compare(Compare::ge, x, c); }
Tensor eq(const Tensor& x, double c) { return compare(Compare::eq, x, c); }
Tensor ne(const Tensor& x, double c) { return compare(Compare::ne, x, c); }

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return logical(ops::Logical::both, a, b, "logical_and");
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return logical(ops::Logical::either, a, b, "logical_or");
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return logical(ops::Logical::one, a, b, "logical_xor");
}
Tensor logical_not(const Tensor& mask) {
  return logical(ops::Logical::one, mask, ones({}, DType::u8), "logical_not");
}

int64_t count_nonzero(const Tensor& x) {
  const Tensor mask = ne(x, 0.0);
  return std::count(mask.data<uint8_t>(), mask.data<uint8_t>() + mask.size(), uint8_t{1});
}

Tensor count_nonzero(const Tensor& x, int axis, bool keepdim) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "count_nonzero");
  const AxisView view = ops::view_from_end(x.shape(), from_end);
  const Tensor mask = ne(x, 0.0);
  Tensor out = zeros(ops::reduced_shape(x.shape(), from_end, keepdim), DType::i64);
  const uint8_t* is_nonzero = mask.data<uint8_t>();
  int64_t* count = out.mutable_data<int64_t>();
  for (int64_t o = 0; o < view.outer; ++o, count += view.inner) {
    for (int64_t i = 0; i < view.n; ++i, is_nonzero += view.inner) {
      for (int64_t k = 0; k < view.inner; ++k) count[k] += is_nonzero[k];
    }
  }
  return out;
}

bool any(const Tensor& x) { return count_nonzero(x) > 0; }
bool all(const Tensor& x) { return count_nonzero(x) == x.size(); }
Tensor any(const Tensor& x, int axis, bool keepdim) { return gt(count_nonzero(x, axis, keepdim), 0.0); }
Tensor all(const Tensor& x, int axis, bool keepdim) {
  return eq(count_nonzero(x, axis, keepdim), static_cast<double>(x.dim(axis)));
}

double accuracy(const Tensor& logits, const Tensor& labels) {
  const Tensor called = argmax(logits, -1);
  if (called.shape() != labels.shape())
    throw Error("accuracy: labels {} for logits {}. Hint: pass one label per row, {}", labels.shape().str(),
                logits.shape().str(), called.shape().str());
  return static_cast<double>(count_nonzero(eq(called, labels))) / static_cast<double>(labels.size());
}

bool all_finite(const Tensor& x) {
  return visit_floating(x.dtype(), [&]<class T>() { return kernels::all_finite(x.data<T>(), x.size()); });
}

}  // namespace gradzoo
