#include "tools/ledger/autodiff/rows.h"

#include <fmt/format.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/ops/all.h"

namespace gradzoo {
namespace {

RowResult check_every_op(int order, bool smooth_alone) {
  std::vector<OpReport> reports;
  for_each_op([&]<class Op>() {
    const Op by_default{};
    if (smooth_alone && info_of<Op>().smoothness(&by_default) < order) return;
    reports.push_back(gradcheck_op<Op>(order));
  });
  return ops_result(reports, order);
}

RowResult ops_order2(const RowContext&) { return check_every_op(2, false); }
RowResult third_order(const RowContext&) { return check_every_op(3, true); }

RowResult hessian_trace(const RowContext&) {
  double worst = 0;
  for (TraceMethod method : {TraceMethod::reverse, TraceMethod::forward}) {
    worst = std::max(worst, hessian_trace_error([&](TensorFn f, const Tensor& x) {
                       return laplacian(f, x, {.method = method});
                     }));
  }
  return {
      worst, AtMost{1e-10},
      "f64, d = 6, 5 rows, softplus/tanh network; Laplacians by reverse and by forward rules; largest error"};
}

RowResult hutchinson_variance(const RowContext&) {
  return {hutchinson_error(probe_variance), AtMost{1e-11},
          "f64, network Hessian: all 2^8 Rademacher probes; Gaussian probes by 3^6 Gauss-Hermite nodes, "
          "exact for degree 5; largest relative error"};
}

RowResult closed_form_scores(const RowContext&) {
  const auto score = [](TensorFn log_density, const Tensor& x) {
    Tape tape;
    const Tensor at = x.detach().requires_grad_();
    return grad(sum(log_density(at)), at);
  };
  return {closed_form_score_error(score), AtMost{1e-12},
          "f64, 200 points each: Gaussian, Gamma, mixture of three Gaussians; largest relative error"};
}

RowResult partition_quadrature(const RowContext&) {
  return {partition_error([](const Tensor& f) { return logsumexp(f, 0); }), AtMost{1e-9},
          "f64: Gaussian, exponential, mixture of three, Gaussian chain of 5 by transfer matrices, grad log "
          "Z = E[T]; largest error"};
}

RowResult relu_lost_gradient(const RowContext&) {
  const KinkGradients lost = gradient_penalty_gradients(relu), kept = gradient_penalty_gradients(softplus);
  return {lost_gradient_error(lost, kept), AtMost{1e-4},
          fmt::format("energy 1-5-1, d/db E|f'(x)|^2/2: relu by autodiff ({:.2g}, {:.2g}, {:.2g}, {:.2g}, "
                      "{:.2g}), truth ({:.3f}, {:.3f}, {:.3f}, {:.3f}, {:.3f}); softplus agrees",
                      lost.autodiff[0], lost.autodiff[1], lost.autodiff[2], lost.autodiff[3],
                      lost.autodiff[4], lost.differences[0], lost.differences[1], lost.differences[2],
                      lost.differences[3], lost.differences[4])};
}

}  // namespace

RowResult ops_result(std::span<const OpReport> reports, int order) {
  int failed = 0;
  double worst = 0;
  std::string names;
  for (const OpReport& report : reports) {
    worst = std::max(worst, report.worst_error);
    if (report.ok) continue;
    ++failed;
    names += " " + report.name;
  }
  return {static_cast<double>(failed), AtMost{0},
          fmt::format("f64, {} ops to order {}, worst relative error {:.1e}; ops that fail:{}",
                      reports.size(), order, worst, failed ? names : " none")};
}

std::vector<Row> autodiff_rows() {
  return {
      {"autodiff.ops_order2", RowKind::identity,
       "every op's first and second derivative is what finite differences say",
       "definition of the derivative", true, 20, ops_order2},
      {"autodiff.third_order", RowKind::identity, "so is the third derivative of every smooth op",
       "definition of the derivative", true, 20, third_order},
      {"autodiff.hessian_trace", RowKind::identity,
       "the Laplacian is the trace of the Hessian, which is symmetric, and of x'Ax/2 it is tr A",
       "calculus (Schwarz)", true, 1, hessian_trace},
      {"autodiff.hutchinson_variance", RowKind::identity,
       "E v'Hv = tr H; its variance is 2(|H|_F^2 - sum H_ii^2) for Rademacher and 2|H|_F^2 for Gaussian "
       "probes",
       "Hutchinson 1990; Avron & Toledo 2011", true, 1, hutchinson_variance},
      {"autodiff.closed_form_scores", RowKind::identity, "grad log p is the score that calculus gives",
       "closed forms", true, 1, closed_form_scores},
      {"autodiff.partition_quadrature", RowKind::identity,
       "log Z by quadrature is log Z in closed form, and grad log Z = E[T] in an exponential family",
       "Wainwright & Jordan 2008, prop. 3.1", true, 1, partition_quadrature},
      {"autodiff.relu_lost_gradient", RowKind::identity,
       "the gradient of a function of grad_x f in a ReLU network's biases comes out 0 though it is not",
       "the kinks move with the biases", true, 1, relu_lost_gradient},
  };
}

}  // namespace gradzoo
