#include "autograd/functional/forward_rules.h"

#include "autograd/functional/forward_pass.h"
#include "autograd/functional/functional_scope.h"
#include "autograd/functional/nodes_between.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {

bool carried_forward(const Tensor& x, const Tensor& y, bool must, FunctionRef<void()> carry) {
  if (must) {
    carry();
    return true;
  }
  if (find_node_between(x, y, [](const Node& node) { return node.op->kind == Kind::other; })) return false;
  try {
    carry();
  } catch (const Error&) {
    return false;
  }
  return true;
}

Tensor basis_directions(int64_t begin, int64_t k, int64_t d, DType dtype) {
  Tensor out = zeros({k, 1, d}, dtype);
  visit_floating(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < k; ++i) values[i * d + begin + i] = T{1};
  });
  return out;
}

ForwardTerms forward_laplacian(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph,
                               bool with_gradient) {
  const Shape along{directions.dim(0), x.dim(0)};  // (K,B)
  ForwardPass pass(x, y, {.laplacian = true, .jacobian_to_y = with_gradient}, create_graph);
  const auto [jacobian, laplacian] = pass.run(directions);
  const auto quiet = quiet_unless(create_graph);
  ForwardTerms out;
  out.laplacian =
      laplacian.defined() ? broadcast_to(reshape(laplacian, {laplacian.dim(1)}), {x.dim(0)}) : zeros_like(y);
  if (with_gradient)
    out.gradient = jacobian.defined() ? broadcast_to(jacobian, along) : zeros(along, x.dtype());
  return out;
}

Tensor forward_divergence(const Tensor& x, const Tensor& y, const Tensor& directions, bool create_graph) {
  ForwardPass pass(x, y, {.laplacian = false, .jacobian_to_y = true}, create_graph);
  const Tensor rows = pass.run(directions).jacobian;  // (K, B or 1, d)
  if (!rows.defined()) return zeros({x.dim(0)}, x.dtype());
  const auto quiet = quiet_unless(create_graph);
  return broadcast_to(sum(sum(mul(rows, directions), 2), 0), {x.dim(0)});
}

}  // namespace gradzoo
