#include <cstring>

#include "autograd/ops/elementwise.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"

/// x += y and its like: in place, or recorded where a live tape has to know.
namespace gradzoo {
namespace {

// Nobody could tell a new tensor in this handle from new values in the old one.
bool is_only_handle(const Tensor& x) {
  return x.impl()->refs.count() == 1 && x.impl()->storage->refs.count() == 1;
}

// Whether x is to become a recorded result; throws where that would lose a change or a gradient.
bool becomes_result(const Tensor& x, bool operand_is_tracked, const char* op) {
  if (is_recording() && x.is_leaf()) {
    throw Error(
        "{}: leaf {} does not change in place while a tape records. Hint: put a NoGrad around an optimiser's "
        "step, or write x = x + y for a result",
        op, x.label());
  }
  if (!operand_is_tracked || x.wants_record()) return x.wants_record();
  if (is_only_handle(x)) return true;
  throw Error(
      "{}: the right-hand side is tracked, and other handles on the values of {} would not follow. Hint: "
      "write x = x + y for a result, or detach() the right-hand side",
      op, x.label());
}

// y, or a copy where writing x would change what is still to be read of it.
Tensor beside(const Tensor& x, const Tensor& y) {
  const Tensor::Impl &a = *x.impl(), &b = *y.impl();
  const bool is_same = a.offset == b.offset && a.shape == b.shape;
  return a.storage != b.storage || is_same ? y : y.clone();
}

using Function = Tensor (*)(const Tensor&, const Tensor&);
Tensor& assign(Tensor& x, const Tensor& y, const char* op, ops::Binary f, Function function) {
  if (broadcast_shapes(x.shape(), y.shape(), op) != x.shape())
    throw Error("{}: {} does not fit into {}. Hint: write x = x + y, whose shape both broadcast to", op,
                y.label(), x.label());
  if (becomes_result(x, y.wants_record(), op)) return x = function(x, y);
  if (y.dtype() != x.dtype())
    throw Error("{}: {} is {}, and {} is {}. Hint: cast(y, DType::{})", op, y.label(), dtype_name(y.dtype()),
                x.label(), dtype_name(x.dtype()), dtype_name(x.dtype()));
  const Tensor operand = beside(x, y);
  const Tensor* in[] = {&x, &operand};
  ops::forward_binary(f, Inputs(in, 2), x);
  return x;
}

using ScalarFunction = Tensor (*)(const Tensor&, double);
Tensor& assign(Tensor& x, double c, const char* op, ops::Scalar f, ScalarFunction function) {
  if (becomes_result(x, false, op)) return x = function(x, c);
  const Tensor* in[] = {&x};
  ops::forward_scalar(f, Inputs(in, 1), c, x);
  return x;
}

}  // namespace

void assign_values(Tensor& to, const Tensor& from) {
  if (to.shape() != from.shape() || to.dtype() != from.dtype())
    throw Error("assign_values: {} of {} into {} of {}. Hint: pass tensors with the same shape and dtype",
                from.label(), dtype_name(from.dtype()), to.label(), dtype_name(to.dtype()));
  visit_any(to.dtype(), [&]<class T>() {
    T* const values = to.mutable_data<T>();
    if (to.size() > 0) std::memmove(values, from.data<T>(), static_cast<size_t>(to.size()) * sizeof(T));
  });
}

Tensor& operator+=(Tensor& x, const Tensor& y) { return assign(x, y, "+=", ops::Binary::add, add); }
Tensor& operator-=(Tensor& x, const Tensor& y) { return assign(x, y, "-=", ops::Binary::sub, sub); }
Tensor& operator*=(Tensor& x, const Tensor& y) { return assign(x, y, "*=", ops::Binary::mul, mul); }
Tensor& operator/=(Tensor& x, const Tensor& y) { return assign(x, y, "/=", ops::Binary::div, div); }
Tensor& operator+=(Tensor& x, double c) { return assign(x, c, "+=", ops::Scalar::add, add); }
Tensor& operator-=(Tensor& x, double c) { return assign(x, -c, "-=", ops::Scalar::add, add); }
Tensor& operator*=(Tensor& x, double c) { return assign(x, c, "*=", ops::Scalar::mul, mul); }
Tensor& operator/=(Tensor& x, double c) { return assign(x, c, "/=", ops::Scalar::div, div); }

}  // namespace gradzoo
