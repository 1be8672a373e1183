#include "autograd/functional/functional.h"

#include <fmt/format.h>

#include "autograd/functional/functional_scope.h"
#include "autograd/grad.h"
#include "autograd/ops.h"

namespace gradzoo {
namespace {

void check_direction(const Tensor& direction, const Shape& shape, std::string_view op, std::string_view of) {
  if (direction.shape() == shape) return;
  throw Error(fmt::format("{}: the direction is {}, but {} is {}. Hint: they must agree", op,
                          direction.shape().str(), of, shape.str()));
}

void check_scalar(const Tensor& y, std::string_view op) {
  if (y.size() == 1) return;
  throw Error(fmt::format("{}: f(x) has shape {}, not one value. Hint: sum it, or use jacobian", op,
                          y.shape().str()));
}

Shape joined(const Shape& a, const Shape& b) {
  Shape out = a;
  for (int64_t n : b) out = out.insert(out.rank(), n);
  return out;
}

// One gradient an element of y, stacked: y.shape + x.shape.
Tensor rows_of_jacobian(const Tensor& y, const Tensor& x, bool create_graph) {
  const int64_t m = y.size();
  Tensors rows(static_cast<size_t>(m));
  for (int64_t i = 0; i < m; ++i) {
    Tensor basis = zeros_like(y);
    visit_floating(y.dtype(), [&]<class T>() { basis.mutable_data<T>()[i] = T{1}; });
    const Tensor row =
        is_tracked(y) ? grad(y, x, {.grad_output = basis, .create_graph = create_graph, .retain_graph = true})
                      : zeros_like(x);
    rows[static_cast<size_t>(i)] = reshape(row, x.shape().insert(0, 1));
  }
  const Shape shape = joined(y.shape(), x.shape());
  return m == 0 ? zeros(shape, x.dtype()) : reshape(concat(rows, 0), shape);
}

}  // namespace

Tensor vjp(TensorFn f, const Tensor& x, const Tensor& u, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  const Tensor y = f(at);
  check_direction(u, y.shape(), "vjp", "f(x)");
  if (!is_tracked(y)) return zeros_like(x);
  return grad(y, at, {.grad_output = u, .create_graph = options.create_graph});
}

Tensor jvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options) {
  check_direction(v, x.shape(), "jvp", "x");
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  const Tensor y = f(at);
  if (!is_tracked(y)) return zeros_like(y);
  const Tensor u = zeros_like(y).requires_grad_();
  const Tensor pulled = grad(y, at, {.grad_output = u, .create_graph = true});
  if (!is_tracked(pulled)) return zeros_like(y);
  return grad(pulled, u, {.grad_output = v, .create_graph = options.create_graph});
}

Tensor hvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options) {
  check_direction(v, x.shape(), "hvp", "x");
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  const Tensor y = f(at);
  check_scalar(y, "hvp");
  if (!is_tracked(y)) return zeros_like(x);
  const Tensor g = grad(y, at, {.create_graph = true});
  if (!is_tracked(g)) return zeros_like(x);
  return grad(g, at, {.grad_output = v, .create_graph = options.create_graph});
}

Tensor jacobian(TensorFn f, const Tensor& x, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  return scope.result(rows_of_jacobian(f(at), at, options.create_graph));
}

Tensor hessian(TensorFn f, const Tensor& x, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  const Tensor y = f(at);
  check_scalar(y, "hessian");
  const Tensor g = is_tracked(y) ? grad(y, at, {.create_graph = true}) : zeros_like(x);
  return scope.result(rows_of_jacobian(g, at, options.create_graph));
}

}  // namespace gradzoo
