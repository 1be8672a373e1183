
#include "autograd/functional/forward_rules.h"
#include "autograd/functional/functional_scope.h"
#include "autograd/functional/row_checks.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

constexpr const char* kDirectional = "directional_derivatives";

void check_directions(const Tensor& directions, const Tensor& x) {
  const bool fits = directions.rank() == 3 && directions.dim(0) > 0 && directions.dim(1) == x.dim(0) &&
                    directions.dim(2) == x.dim(1);
  if (fits) return;
  throw Error("{}: directions have shape {}, x {}. Hint: pass (K,B,d) for x (B,d), with K at least 1",
              kDirectional, directions.shape().str(), x.shape().str());
}

/// sum_k v_k' H v_k of every row, (B), from the recorded gradient: a sweep a direction.
Tensor curvature_by_sweeps(const Tensor& gradient, const Tensor& x, const Tensor& directions,
                           bool create_graph) {
  Tensor sum_of_forms = zeros({x.dim(0)}, x.dtype());
  if (!is_tracked(gradient)) return sum_of_forms;
  for (int64_t k = 0; k < directions.dim(0); ++k) {
    const Tensor v = reshape(slice(directions, 0, k, k + 1), x.shape());
    const Tensor hv =
        grad(gradient, x, {.grad_output = v, .create_graph = create_graph, .retain_graph = true});
    sum_of_forms = add(sum_of_forms, sum(mul(hv, v), 1));
  }
  return sum_of_forms;
}

}  // namespace

DirectionalDerivatives directional_derivatives(TensorFn f, const Tensor& x, const Tensor& directions,
                                               const DirectionalOptions& options) {
  check_points(x, kDirectional);
  check_directions(directions, x);
  const int64_t b = x.dim(0), d = x.dim(1);
  const FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  Tensor y;
  {
    const TraceScope tracing(true);
    y = f(at);
  }
  check_row_results(y, {b}, kDirectional);
  if (!is_tracked(y)) {
    return {y, zeros({directions.dim(0), b}, x.dtype()), zeros({b}, x.dtype()),
            options.gradient ? zeros_like(x) : Tensor()};
  }
  if (!options.allow_kinks) refuse_kinks(at, y, kDirectional);
  DirectionalDerivatives out;
  const bool forward = carried_forward(at, y, false, [&] {
    const ForwardTerms terms = forward_laplacian(at, y, directions, options.create_graph, true);
    out.first = scope.result(terms.gradient);
    out.second = scope.result(terms.laplacian);
  });
  if (options.gradient || !forward) {
    const bool recorded = options.create_graph || !forward;
    const Tensor gradient = grad(y, at, {.grad_output = ones_like(y), .create_graph = recorded});
    if (!forward) {
      out.first = scope.result(sum(mul(reshape(gradient, {1, b, d}), directions), 2));
      out.second = scope.result(curvature_by_sweeps(gradient, at, directions, options.create_graph));
    }
    if (options.gradient) out.gradient = scope.result(gradient);
  }
  out.value = scope.result(y);
  return out;
}

}  // namespace gradzoo
