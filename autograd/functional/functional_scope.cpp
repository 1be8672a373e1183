#include "autograd/functional/functional_scope.h"

#include "autograd/ops/shaping.h"
#include "gradzoo/autograd/op.h"

namespace gradzoo {

Tensor FunctionalScope::input(const Tensor& x) const {
  const bool keeps_history = create_graph_ && is_tracked(x);
  return apply(ops::Reshape{x.shape()}, keeps_history ? x : x.detach().requires_grad_());
}

Tensors FunctionalScope::inputs(std::span<const Tensor> xs) const {
  if (xs.empty()) throw Error("a function of no tensor has no derivative. Hint: pass at least one");
  Tensors out;
  for (const Tensor& x : xs) out.push_back(input(x));
  return out;
}

}  // namespace gradzoo
