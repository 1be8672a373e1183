#include <algorithm>
#include <cmath>
#include <optional>

#include "autograd/functional/forward_rules.h"
#include "autograd/functional/functional_scope.h"
#include "autograd/functional/nodes_between.h"
#include "autograd/functional/row_checks.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

constexpr const char* kLaplacian = "laplacian";
constexpr const char* kDivergence = "divergence";

/// s(x) whose divergence is wanted: the function itself, or the gradient of a scalar one (for its Laplacian).
struct VectorField {
  TensorFn f;
  bool gradient_of_f;
  bool allow_kinks;

  // (R,d) -> (R,d), recorded.
  Tensor operator()(const Tensor& x) const {
    const char* op = gradient_of_f ? kLaplacian : kDivergence;
    Tensor y = f(x);
    check_row_results(y, gradient_of_f ? Shape{x.dim(0)} : x.shape(), op);
    if (!is_tracked(y)) return zeros_like(x);
    if (!gradient_of_f) return y;
    if (!allow_kinks) refuse_kinks(x, y, op);
    return grad(y, x, {.grad_output = ones_like(y), .create_graph = true});
  }
};

// v'Jv of every stacked row: (k,B), v (kB,d).
Tensor quadratic_forms(const VectorField& s, const Tensor& x, const Tensor& v, bool create_graph) {
  const int64_t b = x.dim(0), k = b == 0 ? 1 : v.dim(0) / b;
  const Tensor stacked = tile_rows(x, k);
  const Tensor value = s(stacked);
  if (!is_tracked(value)) return zeros({k, b}, x.dtype());
  const Tensor jv = grad(value, stacked, {.grad_output = v, .create_graph = create_graph});
  return reshape(sum(mul(jv, v), 1), {k, b});
}

// Rows [first, first + rows) of the generator's current draw.
Tensor random_directions(int64_t first, int64_t rows, int64_t d, DType dtype, const TraceOptions& options) {
  if (options.probe == Probe::rademacher) return rademacher({rows, d}, *options.rng, dtype, first);
  return randn({rows, d}, *options.rng, dtype, first);
}

// Calls part(first, k) until all directions are done, in chunks that stay below max_bytes: the first
// direction alone measures what one costs. Under create_graph the whole graph stays whatever the chunks, so
// there is one.
template <class Part>
void in_chunks(int64_t count, const TraceOptions& options, Part&& part) {
  if (options.create_graph) return part(0, count);
  int64_t chunk = 1;
  for (int64_t done = 0; done < count;) {
    const int64_t k = std::min(chunk, count - done);
    const PoolPeak peak;
    part(done, k);
    const size_t per_direction = std::max<size_t>(1, peak.bytes() / static_cast<size_t>(k));
    chunk = std::max<int64_t>(1, static_cast<int64_t>(options.max_bytes / per_direction));
    done += k;
  }
}

// v'Jv for `count` directions a row: (count,B).
template <class Directions>
Tensor all_quadratic_forms(const VectorField& s, const Tensor& x, int64_t count, const TraceOptions& options,
                           Directions&& directions) {
  Tensors parts;
  in_chunks(count, options, [&](int64_t first, int64_t k) {
    FunctionalScope scope(options.create_graph);
    parts.push_back(
        scope.result(quadratic_forms(s, scope.input(x), directions(first, k), options.create_graph)));
  });
  return concat(parts, 0);
}

Tensor exact_reverse(const VectorField& s, const Tensor& x, const TraceOptions& options) {
  const int64_t b = x.dim(0), d = x.dim(1);
  if (d == 0) return zeros({b}, x.dtype());
  const Tensor forms = all_quadratic_forms(s, x, d, options, [&](int64_t first, int64_t k) {
    const Tensor basis = basis_directions(first, k, d, x.dtype());
    return reshape(broadcast_to(basis, {k, b, d}), {k * b, d});
  });
  return sum(forms, 0);
}

Tensor hutchinson(const VectorField& s, const Tensor& x, const TraceOptions& options) {
  const char* op = s.gradient_of_f ? kLaplacian : kDivergence;
  if (!options.rng) throw Error("{}: the method hutchinson draws probes. Hint: pass .rng = &rng", op);
  if (options.probes < 1) throw Error("{}: {} probes are too few. Hint: use at least 1", op, options.probes);
  // All probes are one draw, so that they do not depend on how many are taken at a time.
  const uint64_t draw = options.rng->draw();
  const int64_t begin = options.rng->first_row(options.probes * x.dim(0));
  const Tensor forms = all_quadratic_forms(s, x, options.probes, options, [&](int64_t first, int64_t k) {
    options.rng->set_draw(draw);
    return random_directions(begin + first * x.dim(0), k * x.dim(0), x.dim(1), x.dtype(), options);
  });
  if (options.standard_error) {
    if (options.probes < 2)
      throw Error("{}: a standard error needs at least 2 probes. Hint: set .probes = 16", op);
    NoGrad no_grad;
    *options.standard_error = div(sqrt(var_axis(forms, 0)), std::sqrt(static_cast<double>(options.probes)));
  }
  return mean(forms, 0);
}

/// What a method found.
struct Found {
  Tensor trace;            // (B)
  Tensor value, gradient;  // (B), (B,d): of a function whose gradient was wanted too
};

// Below so many dimensions a gradient that is carried forward, a row a dimension, costs less than a sweep and
// the derivatives of the sweep.
constexpr int64_t kGradientForward = 8;

// By forward rules, from one evaluation of f; nothing where they do not reach and `must` is not set.
std::optional<Found> exact_forward(const VectorField& s, const Tensor& x, const TraceOptions& options,
                                   bool with_gradient, bool must) {
  FunctionalScope scope(options.create_graph);
  const Tensor at = scope.input(x);
  const char* op = s.gradient_of_f ? kLaplacian : kDivergence;
  Tensor y;
  {
    const TraceScope tracing(true);
    y = s.f(at);
  }
  const int64_t b = x.dim(0), d = x.dim(1);
  check_row_results(y, s.gradient_of_f ? Shape{b} : x.shape(), op);
  if (!is_tracked(y)) return Found{zeros({b}, x.dtype()), y, zeros_like(x)};
  if (s.gradient_of_f && !s.allow_kinks) refuse_kinks(at, y, op);
  const bool gradient_forward = with_gradient && d <= kGradientForward && d > 0;
  Found found{zeros({b}, x.dtype()), scope.result(y), {}};
  Tensors gradients;  // (k,B) each
  const auto carry = [&](int64_t first, int64_t k) {
    const Tensor basis = basis_directions(first, k, d, x.dtype());
    if (!s.gradient_of_f) {
      found.trace = add(found.trace, forward_divergence(at, y, basis, options.create_graph));
      return;
    }
    const ForwardTerms terms = forward_laplacian(at, y, basis, options.create_graph, gradient_forward);
    found.trace = k == d ? terms.laplacian : add(found.trace, terms.laplacian);
    if (gradient_forward) gradients.push_back(terms.gradient);
  };
  if (!carried_forward(at, y, must, [&] { in_chunks(d, options, carry); })) return std::nullopt;
  found.trace = scope.result(found.trace);
  if (!with_gradient) return found;
  found.gradient = gradient_forward
                       ? transpose(concat(gradients, 0))
                       : grad(y, at, {.grad_output = ones_like(y), .create_graph = options.create_graph});
  found.gradient = scope.result(found.gradient);
  return found;
}

Found value_and_gradient(const VectorField& s, const Tensor& x, bool create_graph) {
  FunctionalScope scope(create_graph);
  const Tensor at = scope.input(x);
  const Tensor y = s.f(at);
  check_row_results(y, {x.dim(0)}, kLaplacian);
  if (!is_tracked(y)) return {{}, y, zeros_like(x)};
  const Tensor gradient = grad(y, at, {.grad_output = ones_like(y), .create_graph = create_graph});
  return {{}, scope.result(y), scope.result(gradient)};
}

Found trace_of_jacobian(const VectorField& s, const Tensor& x, const TraceOptions& options,
                        bool with_gradient) {
  if (options.method == TraceMethod::automatic || options.method == TraceMethod::forward) {
    const bool must = options.method == TraceMethod::forward;
    if (std::optional<Found> found = exact_forward(s, x, options, with_gradient, must)) return *found;
  }
  Found found;
  if (with_gradient) found = value_and_gradient(s, x, options.create_graph);
  found.trace =
      options.method == TraceMethod::hutchinson ? hutchinson(s, x, options) : exact_reverse(s, x, options);
  return found;
}

bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b,
                            [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); });
}

// Shifts row 0: what the function gives for every other row must stay.
void check_rows(const VectorField& s, const Tensor& x) {
  if (x.dim(0) < 2 || x.dim(1) == 0) return;
  Tensor shifted = x.detach().clone();
  visit_floating(x.dtype(), [&]<class T>() { shifted.mutable_data<T>()[0] += T{0.5}; });
  FunctionalScope scope(false);
  const Tensor before = s.f(scope.input(x)), after = s.f(scope.input(shifted));
  for (int64_t row = 1; row < before.dim(0); ++row) {
    if (same_values(before.rows(row, row + 1).to_vector(), after.rows(row, row + 1).to_vector())) continue;
    throw Error(
        "{}: shifting row 0 of x moved row {} of the result: rows interact. Hint: avoid batch statistics",
        s.gradient_of_f ? kLaplacian : kDivergence, row);
  }
}

Found checked_trace(const VectorField& s, const Tensor& x, const TraceOptions& options, const char* op,
                    bool with_gradient = false) {
  check_points(x, op);
  if (options.check_rows) check_rows(s, x);
  return trace_of_jacobian(s, x, options, with_gradient);
}

}  // namespace

Tensor laplacian(TensorFn f, const Tensor& x, const TraceOptions& options) {
  return checked_trace({f, true, options.allow_kinks}, x, options, kLaplacian).trace;
}

GradientAndLaplacian gradient_and_laplacian(TensorFn f, const Tensor& x, const TraceOptions& options) {
  const Found found = checked_trace({f, true, options.allow_kinks}, x, options, kLaplacian, true);
  return {found.value, found.gradient, found.trace};
}

Tensor divergence(TensorFn s, const Tensor& x, const TraceOptions& options) {
  return checked_trace({s, false, true}, x, options, kDivergence).trace;
}

}  // namespace gradzoo
