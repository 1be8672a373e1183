#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Derivatives of functions, built on grad(). Each function opens its own tape. With `create_graph` it
/// records into the caller's live tape instead, so that the result can be differentiated again (in x if x is
/// tracked, and in everything else that f reads).
namespace gradzoo {

/// The options of vjp, jvp, hvp, jacobian and hessian.
struct FunctionalOptions {
  bool create_graph = false;  ///< record the derivative into the caller's live tape
};

/// Returns u^T J, the gradient of u.f at x, in the shape of x; u has f(x)'s shape.
Tensor vjp(TensorFn f, const Tensor& x, const Tensor& u, FunctionalOptions options = {});
/// Returns J v, the derivative of f at x along v, in the shape of f(x). It differentiates u -> vjp(f, x, u),
/// which is linear in u.
Tensor jvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options = {});
/// Returns H v for a scalar f, in the shape of x.
Tensor hvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options = {});
/// Returns all of J, shape f(x).shape + x.shape. It takes one sweep per output element.
Tensor jacobian(TensorFn f, const Tensor& x, FunctionalOptions options = {});
/// Returns all of H for a scalar f, shape x.shape + x.shape. It takes one sweep per element of x.
Tensor hessian(TensorFn f, const Tensor& x, FunctionalOptions options = {});

// The same derivatives for a function of several tensors, which gets a span of as many tensors as `xs`. The
// directions `vs` have one tensor per input, in its shape. Inputs that f does not read have derivatives of 0.
/// Returns one gradient per x, in its shape.
Tensors vjp(TensorsFn f, std::span<const Tensor> xs, const Tensor& u, FunctionalOptions options = {});
/// Returns sum_i J_i v_i, the derivative along all directions together, in the shape of f(xs).
Tensor jvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs,
           FunctionalOptions options = {});
/// Returns sum_j H_ij v_j for each x_i, in its shape.
Tensors hvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs,
            FunctionalOptions options = {});
/// Returns J_i for each x_i, shape f(xs).shape + x_i.shape. It takes one sweep per output element.
Tensors jacobian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options = {});
/// Returns the blocks of H: [i][j] is the second derivatives in x_i and x_j, shape x_i.shape + x_j.shape. It
/// takes one sweep per element of the xs.
std::vector<Tensors> hessian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options = {});

///@{
/// The same functions with the tensors in braces: hvp(f, {a, b}, {u, v}).
using TensorList = std::initializer_list<Tensor>;
inline std::span<const Tensor> as_span(TensorList xs) { return {xs.begin(), xs.size()}; }
inline Tensors vjp(TensorsFn f, TensorList xs, const Tensor& u, FunctionalOptions options = {}) {
  return vjp(f, as_span(xs), u, options);
}
inline Tensor jvp(TensorsFn f, TensorList xs, TensorList vs, FunctionalOptions options = {}) {
  return jvp(f, as_span(xs), as_span(vs), options);
}
inline Tensors hvp(TensorsFn f, TensorList xs, TensorList vs, FunctionalOptions options = {}) {
  return hvp(f, as_span(xs), as_span(vs), options);
}
inline Tensors jacobian(TensorsFn f, TensorList xs, FunctionalOptions options = {}) {
  return jacobian(f, as_span(xs), options);
}
inline std::vector<Tensors> hessian(TensorsFn f, TensorList xs, FunctionalOptions options = {}) {
  return hessian(f, as_span(xs), options);
}
///@}

/// The method that computes the trace of a Jacobian or Hessian.
enum class TraceMethod {
  automatic,   ///< forward if every op in between has a forward rule, else reverse
  reverse,     ///< one vjp per coordinate, with many coordinates stacked into one batch
  forward,     ///< Jacobian and Laplacian carried through the graph once
  hutchinson,  ///< mean of v^T J v over random probes v with E[v v^T] = I (Hutchinson 1990)
};
/// The distribution of a random probe's elements: -1 or 1 with equal probability, or N(0, 1).
enum class Probe { rademacher, gaussian };

/// The options of laplacian, gradient_and_laplacian and divergence.
struct TraceOptions {
  TraceMethod method = TraceMethod::automatic;  ///< method of the trace
  int64_t probes = 1;                           ///< hutchinson: number of probes per row
  Probe probe = Probe::rademacher;              ///< hutchinson: distribution of the probes
  Rng* rng = nullptr;                           ///< hutchinson: source of the probes
  Tensor* standard_error = nullptr;    ///< hutchinson, probes >= 2: standard error of each row's mean (B)
  size_t max_bytes = size_t{1} << 28;  ///< reverse, hutchinson: most bytes for one chunk of directions
  /// Record into the caller's live tape, so that the result can be differentiated again.
  bool create_graph = false;
  bool allow_kinks =
      false;  ///< true: accept kinks (relu, abs, ...), whose part of the second derivative is lost
  bool check_rows = false;  ///< true: shift one row, and throw if another row's result moves
};

/// Returns sum_i d^2 f_b / dx_bi^2 per row b, (B), for x (B,d) and f (B,d) -> (B). Rows must not interact.
Tensor laplacian(TensorFn f, const Tensor& x, const TraceOptions& options = {});
/// The value of f for every row, its first derivatives and the sum of its second derivatives.
struct GradientAndLaplacian {
  Tensor value;      ///< value of f (B)
  Tensor gradient;   ///< first derivatives (B,d)
  Tensor laplacian;  ///< sum of second derivatives (B)
};
/// Returns the Laplacian together with the gradient; the forward method evaluates f once for both.
GradientAndLaplacian gradient_and_laplacian(TensorFn f, const Tensor& x, const TraceOptions& options = {});
/// The value of f for every row, and its derivatives along directions v_1 ... v_K, which differ per row.
struct DirectionalDerivatives {
  Tensor value;     ///< value of f (B)
  Tensor first;     ///< (K,B): v_k^T grad f
  Tensor second;    ///< (B): sum_k v_k^T (Hess f) v_k
  Tensor gradient;  ///< (B,d): grad f; undefined unless requested
};
/// The options of directional_derivatives.
struct DirectionalOptions {
  bool create_graph = false;  ///< record into the caller's live tape
  bool gradient = false;      ///< return grad f too, for one sweep with any number of directions
  bool allow_kinks = false;   ///< accept kinks, as in TraceOptions
};
/// Returns the directional derivatives of f (B,d) -> (B) at x (B,d) along directions (K,B,d), with one
/// evaluation of f: forward if every op in between has a forward rule, else with K sweeps through the
/// gradient. Rows must not interact.
DirectionalDerivatives directional_derivatives(TensorFn f, const Tensor& x, const Tensor& directions,
                                               const DirectionalOptions& options = {});
/// Returns sum_i d s_bi / dx_bi per row b, (B), for x (B,d) and s (B,d) -> (B,d). Rows must not interact.
Tensor divergence(TensorFn s, const Tensor& x, const TraceOptions& options = {});

}  // namespace gradzoo
