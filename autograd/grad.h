#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "gradzoo/autograd/tape.h"

namespace gradzoo {

/// What grad takes, under PyTorch's names.
struct GradOptions {
  Tensor grad_output = {};  ///< dL/dy, of y's shape; required unless y has one element
  /// record the sweep, so that its results can be differentiated again
  bool create_graph = false;
  std::optional<bool> retain_graph = {};  ///< keep saved tensors for another sweep; default: create_graph
  bool allow_unused = true;               ///< zeros for what y does not reach; false: an error
};

///@{
/// dy/dxs, one gradient for each x, of its shape. Those that are not recorded have values of their own, which
/// may be written to. Throws Error where y was never recorded, an x neither was nor is a leaf, y has several
/// elements and no grad_output, a saved tensor was changed in place, or an earlier sweep released it. Sweeps
/// release nodes of the innermost tape alone.
Tensors grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options = {});
Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options = {});
inline Tensors grad(const Tensor& y, std::initializer_list<Tensor> xs, const GradOptions& options = {}) {
  return grad(y, std::span(xs.begin(), xs.size()), options);
}
///@}

/// What backward takes, under PyTorch's names.
struct BackwardOptions {
  Tensor grad_output = {};    ///< dL/dy, of the loss's shape; required unless it has one element
  bool retain_graph = false;  ///< keep saved tensors for another sweep
};

///@{
/// Accumulates dL/dp into p.grad() for the given leaves, or for every leaf that the loss reaches where none
/// are given. A given leaf that the loss does not reach gets zeros. Gradients are detached and written into
/// the existing buffer: the first stores, later ones add. An empty list of leaves throws Error.
void backward(const Tensor& loss, std::span<const Tensor> params, const BackwardOptions& options = {});
void backward(const Tensor& loss, const BackwardOptions& options = {});
inline void backward(const Tensor& loss, std::initializer_list<Tensor> params,
                     const BackwardOptions& options = {}) {
  backward(loss, std::span(params.begin(), params.size()), options);
}
///@}

}  // namespace gradzoo
