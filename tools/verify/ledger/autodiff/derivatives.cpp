#include <span>

#include "gradzoo/autograd/check/op_checks.h"
#include "gradzoo/autograd/functional/functional.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// The op y = x^3 with the wrong derivative x^2.
struct WrongCube {
  static constexpr const char* name = "wrong_cube";
  static constexpr const char* formula = "y = x^3;  dx = g x^2";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      T* y = out.mutable_data<T>();
      for (int64_t i = 0; i < out.size(); ++i)
        y[i] = in[0].data<T>()[i] * in[0].data<T>()[i] * in[0].data<T>()[i];
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g * square(v.in(0))); }
  static std::vector<OpCase<WrongCube>> cases() { return unary_cases<WrongCube>({}); }
};

/// Returns the reports of ops checked up to an order of derivatives.
using CheckOps = std::vector<OpReport> (*)(int order, const RowContext& context);

// The brief measurement checks every eighth op.
template <bool kSmoothAlone>
std::vector<OpReport> check_ops(int order, const RowContext& context) {
  std::vector<OpReport> reports;
  int64_t index = 0;
  for (const ListedOp& op : listed_ops()) {
    if ((kSmoothAlone && op.smooth < order) || (context.brief && ++index % 8 != 0)) continue;
    reports.push_back(op.check(order));
  }
  return reports;
}

std::vector<OpReport> check_wrong_cube(int order, const RowContext&) {
  return {gradcheck_op<WrongCube>(order)};
}

// Returns the number of ops whose check fails, which must be 0.
template <int kOrder>
RowResult ops_to_order(CheckOps check, const RowContext& context) {
  const std::vector<OpReport> reports = check(kOrder, context);
  int failed = 0;
  double worst = 0;
  std::string names;
  for (const OpReport& report : reports) {
    worst = std::max(worst, report.worst_error);
    if (report.ok) continue;
    ++failed;
    names += " " + report.name;
  }
  return {
      static_cast<double>(failed), AtMost{0},
      fmt::format(
          "f64, {} ops up to order {}, largest relative error {:.1e}; failing ops:{}; value: their number",
          reports.size(), kOrder, worst, failed ? names : " none")};
}

/// A smooth scalar network (B,d) -> (B).
struct Network {
  Tensor w1, b1, w2;
  explicit Network(int64_t d) {
    Rng rng(5, "ledger/network");
    w1 = randn({9, d}, rng, DType::f64);
    b1 = randn({9}, rng, DType::f64);
    w2 = randn({1, 9}, rng, DType::f64);
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor h = softplus(linear(x, w1, b1));
    return reshape(linear(tanh(h) * h, w2), {x.dim(0)});
  }
};

double quadratic_form(const std::vector<double>& h, std::span<const double> v) {
  const size_t d = v.size();
  double total = 0;
  for (size_t i = 0; i < d; ++i) {
    for (size_t j = 0; j < d; ++j) total += v[i] * h[i * d + j] * v[j];
  }
  return total;
}

double trace(const std::vector<double>& h, size_t d) {
  double total = 0;
  for (size_t i = 0; i < d; ++i) total += h[i * d + i];
  return total;
}

using HessianTrace = FunctionRef<Tensor(TensorFn f, const Tensor& x)>;

/// Returns the largest error of Laplacians (B), of the Hessian's symmetry, and of Hessian-vector products.
double hessian_trace_error(HessianTrace laplacian_of) {
  constexpr int64_t kD = 6, kRows = 5;
  Rng rng(3, "ledger/hessian");
  const Tensor x = randn({kRows, kD}, rng, DType::f64), v = randn({kD}, rng, DType::f64);
  const Tensor a = randn({kD, kD}, rng, DType::f64);
  const auto quadratic = [&](const Tensor& t) { return sum(t * matmul(t, a), 1) * 0.5; };
  double worst = largest_abs(laplacian_of(quadratic, x) - trace(a.to_vector(), kD));

  const Network f(kD);
  const Tensor traces = laplacian_of(f, x);
  for (int64_t row = 0; row < kRows; ++row) {
    const auto one = [&](const Tensor& t) { return sum(f(reshape(t, {1, kD}))); };
    const Tensor point = reshape(x.rows(row, row + 1), {kD});
    const Tensor h = hessian(one, point);
    worst = std::max(worst, std::abs(trace(h.to_vector(), kD) - traces.rows(row, row + 1).item()));
    worst = std::max(worst, largest_abs(h - transpose(h)));
    worst = std::max(worst, largest_abs(hvp(one, point, v) - reshape(matmul(h, reshape(v, {kD, 1})), {kD})));
  }
  return worst;
}

using Laplacian = Tensor (*)(TensorFn f, const Tensor& x, TraceMethod method);

RowResult hessian_trace(Laplacian of, const RowContext&) {
  double worst = 0;
  for (TraceMethod method : {TraceMethod::reverse, TraceMethod::forward}) {
    worst =
        std::max(worst, hessian_trace_error([&](TensorFn f, const Tensor& x) { return of(f, x, method); }));
  }
  return {worst, AtMost{1e-10},
          "f64, 5 points in 6 dimensions, network with softplus and tanh, Laplacians from reverse and from "
          "forward rules; value: largest error"};
}

using ProbeVariance = double (*)(Probe probe, const std::vector<double>& h, size_t d);

/// Returns 2 |H|_F^2, for Rademacher probes without the diagonal (Avron & Toledo 2011, lemma 1).
double probe_variance(Probe probe, const std::vector<double>& h, size_t d) {
  double all = 0, diagonal = 0;
  for (double value : h) all += value * value;
  for (size_t i = 0; i < d; ++i) diagonal += h[i * d + i] * h[i * d + i];
  return probe == Probe::rademacher ? 2 * (all - diagonal) : 2 * all;
}

/// Returns the largest relative error of the mean and variance of v^T H v, over all 2^d Rademacher probes,
/// and over Gaussian probes with an exact quadrature.
RowResult hutchinson_variance(ProbeVariance variance, const RowContext&) {
  double worst = 0;
  const auto compare = [&](Probe probe, const Cubature& probes) {
    const int64_t dims = probes.points.dim(1);
    const auto d = static_cast<size_t>(dims);
    Rng rng(6, "ledger/point");
    const Network f(dims);
    const Tensor at = randn({1, dims}, rng, DType::f64);
    const std::vector<double> h = hessian([&](const Tensor& x) { return sum(f(x)); }, at).to_vector();
    double first = 0, second = 0;  // moments of v'Hv
    for (int64_t i = 0; i < probes.weight.size(); ++i) {
      const double q = quadratic_form(h, {probes.points.data<double>() + i * dims, d});
      const double weight = probes.weight.data<double>()[i];
      first += weight * q;
      second += weight * q * q;
    }
    worst = std::max({worst, relative_error(first, trace(h, d)),
                      relative_error(second - first * first, variance(probe, h, d))});
  };
  compare(Probe::rademacher, all_signs(8));
  compare(Probe::gaussian, gauss_hermite(6));
  return {worst, AtMost{1e-11},
          "f64, Hessian of a network, all 2^8 Rademacher probes, Gaussian probes at 3^6 Gauss-Hermite nodes "
          "(exact up to degree 5); value: largest relative error"};
}

}  // namespace

Rows derivative_rows() {
  return {
      identity({"autodiff.ops_order2",
                "every op's first and second derivatives equal finite differences within the tolerance",
                "definition of the derivative", 20},
               ops_to_order<2>, check_ops<false>, {{"x^3 with the derivative x^2", check_wrong_cube}}),
      identity({"autodiff.third_order",
                "the third derivative of every smooth op equals finite differences within the tolerance",
                "definition of the derivative", 20},
               ops_to_order<3>, check_ops<true>, {{"x^3 with the derivative x^2", check_wrong_cube}}),
      identity({"autodiff.hessian_trace",
                "the Laplacian is the trace of the symmetric Hessian, and tr A for x^T A x/2",
                "Schwarz's theorem", 1},
               hessian_trace,
               [](TensorFn f, auto& x, TraceMethod method) { return laplacian(f, x, {.method = method}); },
               {{"half of the trace", [](TensorFn f, auto& x, TraceMethod) { return laplacian(f, x) * 0.5; }},
                {"a dimension left out",
                 [](TensorFn f, auto& x, TraceMethod) {
                   const int64_t d = x.dim(1);
                   const auto rest = [&](auto& part) { return f(concat(part, slice(x, 1, d - 1, d), 1)); };
                   return laplacian(rest, slice(x, 1, 0, d - 1));
                 }}}),
      identity({"autodiff.hutchinson_variance",
                "E[v^T H v] = tr H; the variance of v^T H v is 2(|H|_F^2 - sum H_ii^2) for Rademacher probes "
                "v and 2|H|_F^2 for Gaussian ones",
                "Hutchinson 1990; Avron & Toledo 2011", 1},
               hutchinson_variance, probe_variance,
               {{"a missing factor of 2",
                 [](Probe p, const std::vector<double>& h, size_t d) { return probe_variance(p, h, d) / 2; }},
                {"a variance that includes the diagonal", [](Probe, const std::vector<double>& h, size_t d) {
                   return probe_variance(Probe::gaussian, h, d);
                 }}})};
}

}  // namespace gradzoo
