#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Derivatives of functions, on top of grad(). Each opens its own tape, unless `create_graph`: then it
/// records into the caller's live tape, so that the result can be differentiated again (in x where x is
/// tracked, and in whatever else f reads).
namespace gradzoo {

/// What vjp, jvp, hvp, jacobian and hessian take.
struct FunctionalOptions {
  bool create_graph = false;  ///< record the derivative into the caller's live tape
};

/// u' J: the gradient of u.f at x; u has f(x)'s shape. Shape of x.
Tensor vjp(TensorFn f, const Tensor& x, const Tensor& u, FunctionalOptions options = {});
/// J v: the derivative of f at x along v, by differentiating u -> vjp(f, x, u), which is linear in u. Shape
/// of f(x).
Tensor jvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options = {});
/// H v for a scalar f. Shape of x.
Tensor hvp(TensorFn f, const Tensor& x, const Tensor& v, FunctionalOptions options = {});
/// All of J, shape f(x).shape + x.shape. One sweep an output element.
Tensor jacobian(TensorFn f, const Tensor& x, FunctionalOptions options = {});
/// All of H for a scalar f, shape x.shape + x.shape. One sweep an element of x.
Tensor hessian(TensorFn f, const Tensor& x, FunctionalOptions options = {});

// The same of a function of several tensors: it is given a span of as many as `xs`, and directions `vs` are
// one for each, of its shape. What it does not read has derivatives of 0.
/// One gradient for each x, of its shape.
Tensors vjp(TensorsFn f, std::span<const Tensor> xs, const Tensor& u, FunctionalOptions options = {});
/// sum_i J_i v_i, the derivative along all directions together. Shape of f(xs).
Tensor jvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs,
           FunctionalOptions options = {});
/// sum_j H_ij v_j for each x_i, of its shape.
Tensors hvp(TensorsFn f, std::span<const Tensor> xs, std::span<const Tensor> vs,
            FunctionalOptions options = {});
/// J_i for each x_i, shape f(xs).shape + x_i.shape. One sweep an output element.
Tensors jacobian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options = {});
/// The blocks of H: [i][j] holds the second derivatives in x_i and x_j, shape x_i.shape + x_j.shape. One
/// sweep an element of the xs.
std::vector<Tensors> hessian(TensorsFn f, std::span<const Tensor> xs, FunctionalOptions options = {});

///@{
/// With the tensors in braces: hvp(f, {a, b}, {u, v}).
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

/// How a trace, that of the Hessian, is formed.
enum class TraceMethod {
  automatic,   ///< forward where every op on the way has a forward rule, else reverse
  reverse,     ///< one vjp a coordinate, many coordinates stacked into one batch
  forward,     ///< Jacobian and Laplacian carried through the graph once
  hutchinson,  ///< mean of v'Jv over random probes v with E[vv'] = I (Hutchinson 1990)
};
/// The law of a random probe's numbers: +1 or -1 with equal odds, or N(0, 1).
enum class Probe { rademacher, gaussian };

/// What laplacian and its kin take.
struct TraceOptions {
  TraceMethod method = TraceMethod::automatic;  ///< how
  int64_t probes = 1;                           ///< hutchinson: how many a row
  Probe probe = Probe::rademacher;              ///< hutchinson: their law
  Rng* rng = nullptr;                           ///< hutchinson: where probes come from
  Tensor* standard_error =
      nullptr;  ///< hutchinson, probes >= 2: set to the standard error of each row's mean (B)
  size_t max_bytes =
      size_t{1} << 28;  ///< reverse and hutchinson: bound on the memory of one chunk of directions
  /// Record into the caller's live tape, so that the result can be differentiated again.
  bool create_graph = false;
  bool allow_kinks = false;  ///< f has relu, abs, ...: its second derivative misses what the kinks
                             ///< contribute; refused unless true
  bool check_rows = false;   ///< shift one row, and throw if the result of another moves
};

/// Sum_i d^2 f_b / dx_bi^2 of every row b: x (B,d), f (B,d) -> (B). Gives (B). Rows must not interact.
Tensor laplacian(TensorFn f, const Tensor& x, const TraceOptions& options = {});
/// f of every row with its first derivatives and the sum of its second ones.
struct GradientAndLaplacian {
  Tensor value;      ///< (B)
  Tensor gradient;   ///< (B,d)
  Tensor laplacian;  ///< (B)
};
/// What laplacian gives, and the gradient with it: by the forward method from one evaluation of f.
GradientAndLaplacian gradient_and_laplacian(TensorFn f, const Tensor& x, const TraceOptions& options = {});
/// f of every row and its derivatives along directions v_1 ... v_K of the row's own.
struct DirectionalDerivatives {
  Tensor value;     ///< (B)
  Tensor first;     ///< (K,B): v_k' grad f
  Tensor second;    ///< (B): sum_k v_k' (Hess f) v_k
  Tensor gradient;  ///< (B,d); undefined unless asked for
};
/// What directional_derivatives takes.
struct DirectionalOptions {
  bool create_graph = false;  ///< record into the caller's live tape
  bool gradient = false;      ///< costs a sweep, of whatever number of directions
  bool allow_kinks = false;   ///< as in TraceOptions
};
/// x (B,d), directions (K,B,d), f (B,d) -> (B). From one evaluation of f: forward where every op on the way
/// has a forward rule, else K sweeps through the gradient. Rows must not interact.
DirectionalDerivatives directional_derivatives(TensorFn f, const Tensor& x, const Tensor& directions,
                                               const DirectionalOptions& options = {});
/// Sum_i d s_bi / dx_bi of every row b: x (B,d), s (B,d) -> (B,d). Gives (B). Rows must not interact.
Tensor divergence(TensorFn s, const Tensor& x, const TraceOptions& options = {});

}  // namespace gradzoo
