#pragma once

#include <span>

#include "autograd/check/op_checks.h"
#include "autograd/functional/functional.h"
#include "tools/ledger/row.h"

/// Identities of automatic differentiation. Each measurement takes what it measures as an argument, so that a
/// test can plant an error.
namespace gradzoo {

std::vector<Row> autodiff_rows();

/// How many reports are not ok, against none.
RowResult ops_result(std::span<const OpReport> reports, int order);

using HessianTrace = FunctionRef<Tensor(TensorFn f, const Tensor& x)>;
/// Largest error of a Laplacian (B) against tr A of x'Ax/2 and against the trace of the Hessian of a smooth
/// network; of the Hessian's symmetry; and of Hv.
double hessian_trace_error(HessianTrace laplacian_of);

/// Rademacher: |H|_F^2 off the diagonal, times 2. Gaussian: |H|_F^2 times 2. (Hutchinson 1990; Avron & Toledo
/// 2011, lemma 1)
double probe_variance(Probe probe, const std::vector<double>& h, size_t d);
/// Largest relative error of mean and variance of v'Hv against tr H and a formula, over all 2^d Rademacher
/// probes of a Hessian, and over Gaussian probes by a quadrature that is exact for them.
double hutchinson_error(FunctionRef<double(Probe, const std::vector<double>& h, size_t d)> variance);

using LogDensity = FunctionRef<Tensor(const Tensor& x)>;
/// Largest error of grad log p against the scores that calculus gives: Gaussian -(x-mu)/s^2, Gamma (a-1)/x -
/// b, mixture of Gaussians.
double closed_form_score_error(FunctionRef<Tensor(TensorFn log_density, const Tensor& x)> score);

/// Largest error of log Z by quadrature against closed forms: Gaussian, exponential, mixture, Gaussian chain;
/// and of grad log Z = E[T] in an exponential family. `log_sum` is what adds exp f over the grid.
double partition_error(FunctionRef<Tensor(const Tensor& f)> log_sum);

/// d/db of E|grad_x f|^2/2 for a scalar energy of one hidden layer: by autodiff and by finite differences.
struct KinkGradients {
  std::vector<double> autodiff, differences;
};
KinkGradients gradient_penalty_gradients(Tensor (*activation)(const Tensor&));
/// 0 where ReLU's autodiff gradient is exactly lost while the truth is not 0, and a smooth activation's
/// agrees with it.
double lost_gradient_error(const KinkGradients& relu, const KinkGradients& smooth);

}  // namespace gradzoo
