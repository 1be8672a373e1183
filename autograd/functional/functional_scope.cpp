#include "autograd/functional/functional_scope.h"

#include "autograd/op.h"
#include "autograd/ops/shaping.h"

namespace gradzoo {

Tensor FunctionalScope::input(const Tensor& x) const {
  const bool keeps_history = create_graph_ && is_tracked(x);
  return apply(ops::Reshape{x.shape()}, keeps_history ? x : x.detach().requires_grad_());
}

}  // namespace gradzoo
