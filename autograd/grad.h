#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "gradzoo/autograd/tape.h"

namespace gradzoo {

/// The options of grad(), under the names that PyTorch uses.
struct GradOptions {
  Tensor grad_output = {};                ///< dL/dy, of y's shape; required unless y has one element
  bool create_graph = false;              ///< record the sweep: its results can be differentiated again
  std::optional<bool> retain_graph = {};  ///< keep saved tensors for another sweep; default: create_graph
  bool allow_unused = true;               ///< zeros for an x that y does not depend on; false: an error
};

///@{
/// Returns dy/dx for each x, in its shape. Gradients that are not recorded own their values, which may be
/// written to. Throws Error if y was never recorded, an x was not recorded and is not a leaf, y has several
/// elements and no grad_output is given, a saved tensor was changed in place, or an earlier sweep released
/// it. Sweeps release only nodes of the innermost tape.
Tensors grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options = {});
Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options = {});
inline Tensors grad(const Tensor& y, std::initializer_list<Tensor> xs, const GradOptions& options = {}) {
  return grad(y, std::span(xs.begin(), xs.size()), options);
}
///@}

/// The options of backward(), under the names that PyTorch uses.
struct BackwardOptions {
  Tensor grad_output = {};    ///< dL/dy, of the loss's shape; required unless the loss has one element
  bool retain_graph = false;  ///< keep saved tensors for another sweep
};

///@{
/// Accumulates dL/dp into p.grad() for the given leaves, or if none are given, for every leaf that the loss
/// depends on. A given leaf that the loss does not depend on gets zeros. Gradients are detached and written
/// into the existing buffer: the first is stored, later ones are added. An empty list throws Error.
void backward(const Tensor& loss, std::span<const Tensor> params, const BackwardOptions& options = {});
void backward(const Tensor& loss, const BackwardOptions& options = {});
inline void backward(const Tensor& loss, std::initializer_list<Tensor> params,
                     const BackwardOptions& options = {}) {
  backward(loss, std::span(params.begin(), params.size()), options);
}
///@}

}  // namespace gradzoo
