#include "gradzoo/autograd/functional/functional.h"

#include <fmt/format.h>

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

void check_direction(const Tensor& direction, const Shape& shape, std::string_view op, std::string_view of) {
  if (direction.shape() == shape) return;
  throw Error("{}: the direction is {}, but {} is {}. Hint: they must agree", op, direction.shape().str(), of,
              shape.str());
}

void check_one_each(std::span<const Tensor> vs, std::span<const Tensor> xs, std::string_view op) {
  if (vs.size() != xs.size())
    throw Error("{}: {} directions for {} inputs. Hint: pass one per input", op, vs.size(), xs.size());
  for (size_t i = 0; i < xs.size(); ++i)
    check_direction(vs[i], xs[i].shape(), op, xs.size() == 1 ? "x" : fmt::format("input {}", i));
}

void check_scalar(const Tensor& y, std::string_view op) {
  if (y.size() == 1) return;
  throw Error("{}: f(x) has shape {}, not one value. Hint: sum it, or use jacobian", op, y.shape().str());
}

Shape joined(const Shape& a, const Shape& b) {
  Shape out = a;
  for (int64_t n : b) out = out.insert(out.rank(), n);
  return out;
}

Tensors zeros_like_each(std::span<const Tensor> xs) {
  Tensors out;
  for (const Tensor& x : xs) out.push_back(zeros_like(x));
  return out;
}

Tensors results(const FunctionalScope& scope, Tensors ys) {
  for (Tensor& y : ys) y = scope.result(y);
  return ys;
}

// grad() of what may not be recorded: then nothing depends on the xs.
Tensors grad_or_zeros(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  return is_tracked(y) ? grad(y, xs, options) : zeros_like_each(xs);
}

// sum_j u_j' dy_j / dxs of several ys.
Tensors sum_of_gradients(const Tensors& ys, std::span<const Tensor> us, std::span<const Tensor> xs,
                         bool create_graph) {
  Tensors sums;
  for (size_t j = 0; j < ys.size(); ++j) {
    if (!is_tracked(ys[j])) continue;
    const bool more = j + 1 < ys.size();
    Tensors terms =
        grad(ys[j], xs,
             {.grad_output = us[j], .create_graph = create_graph, .retain_graph = more || create_graph});
    for (size_t i = 0; i < sums.size(); ++i) sums[i] = add(sums[i], terms[i]);
    if (sums.empty()) sums = terms;
  }
  return sums.empty() ? zeros_like_each(xs) : sums;
}

// One sweep an element of y, stacked: y.shape + x.shape for each x.
Tensors rows_of_jacobian(const Tensor& y, std::span<const Tensor> xs, bool create_graph) {
  const int64_t m = y.size();
  std::vector<Tensors> rows(xs.size());
  for (int64_t e = 0; e < m; ++e) {
    Tensor basis = zeros_like(y);
    visit_floating(y.dtype(), [&]<class T>() { basis.mutable_data<T>()[e] = T{1}; });
    const Tensors gradients =
        grad_or_zeros(y, xs, {.grad_output = basis, .create_graph = create_graph, .retain_graph = true});
    for (size_t i = 0; i < xs.size(); ++i) rows[i].push_back(unsqueeze(gradients[i], 0));
  }
  Tensors blocks;
  for (size_t i = 0; i < xs.size(); ++i) {
    const Shape shape = joined(y.shape(), xs[i].shape());
    blocks.push_back(m == 0 ? zeros(shape, xs[i].dtype()) : reshape(concat(rows[i], 0), shape));
  }
  return blocks;
}

// A function of one tensor as one of several.
auto of_several(TensorFn f) {
  return [f](std::span<const Tensor> xs) { return f(xs[0]); };
}

std::span<const Tensor> one(const Tensor& x) { return {&x, 1}; }

}  // namespace

Tensors vjp(TensorsFn f, std::span<const Tensor> xs, const Tensor& u, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensors at = scope.inputs(xs);
  const Tensor y = f(at);
  check_direction(u, y.shape(), "vjp", xs.size() == 1 ? "f(x)" : "f(xs)");
  return grad_or_zeros(y, at, {.grad_output = u, .create_graph = options.create_graph});
}

Tensor jvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs, FunctionalOptions options) {
  check_one_each(vs, xs, "jvp");
  FunctionalScope scope(options.create_graph);
  const Tensors at = scope.inputs(xs);
  const Tensor y = f(at);
  if (!is_tracked(y)) return zeros_like(y);
  const Tensor u = zeros_like(y).requires_grad_();
  const Tensors pulled = grad(y, at, {.grad_output = u, .create_graph = true});
  return sum_of_gradients(pulled, vs, one(u), options.create_graph)[0];
}

Tensors hvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs, FunctionalOptions options) {
  check_one_each(vs, xs, "hvp");
  FunctionalScope scope(options.create_graph);
  const Tensors at = scope.inputs(xs);
  const Tensor y = f(at);
  check_scalar(y, "hvp");
  return sum_of_gradients(grad_or_zeros(y, at, {.create_graph = true}), vs, at, options.create_graph);
}

Tensors jacobian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensors at = scope.inputs(xs);
  return results(scope, rows_of_jacobian(f(at), at, options.create_graph));
}

std::vector<Tensors> hessian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options) {
  FunctionalScope scope(options.create_graph);
  const Tensors at = scope.inputs(xs);
  const Tensor y = f(at);
  check_scalar(y, "hessian");
  std::vector<Tensors> blocks;
  for (const Tensor& g : grad_or_zeros(y, at, {.create_graph = true}))
    blocks.push_back(results(scope, rows_of_jacobian(g, at, options.create_graph)));
  return blocks;
}

Tensor vjp(TensorFn f, const Tensor& x, const Tensor& u, FunctionalOptions options) {
  return vjp(of_several(f), one(x), u, options)[0];
}

Tensor jvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options) {
  return jvp(of_several(f), one(x), one(v), options);
}

Tensor hvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options) {
  return hvp(of_several(f), one(x), one(v), options)[0];
}

Tensor jacobian(TensorFn f, const Tensor& x, FunctionalOptions options) {
  return jacobian(of_several(f), one(x), options)[0];
}

Tensor hessian(TensorFn f, const Tensor& x, FunctionalOptions options) {
  return hessian(of_several(f), one(x), options)[0][0];
}

}  // namespace gradzoo
