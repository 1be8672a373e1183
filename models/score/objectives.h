#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"

/// Score matching (Hyvarinen 2005; Vincent 2011; Song et al. 2019; Pang et al. 2020): objectives that fit a
/// score s(x) = grad_x log p~(x) to data without the normaliser. Each returns the objective of every row,
/// (B), recorded on the caller's tape through one batched graph, so that mean() of it is a loss; f32 or f64.
/// All throw Error without a live tape, for shapes that do not fit, and if the network's activation is not
/// smooth enough: see derivatives_in_x.
namespace gradzoo {

/// The model to fit, valid for one call. Rows must be independent of each other.
struct ScoreFunction {
  TensorFn function;  // a log-density f, (B, d) -> (B), or a vector field s, (B, d) -> (B, d)
  bool is_energy;     // true for f, whose input gradient is s
};

/// The objectives of score matching.
enum class ScoreObjective { esm, ism, ism_hutchinson, ssm, ssm_vr, fd_ssm, dsm };
inline constexpr Choice<ScoreObjective> kScoreObjectives[] = {
    {"esm", ScoreObjective::esm},
    {"ism", ScoreObjective::ism},
    {"ism-hutchinson", ScoreObjective::ism_hutchinson},
    {"ssm", ScoreObjective::ssm},
    {"ssm-vr", ScoreObjective::ssm_vr},
    {"fd-ssm", ScoreObjective::fd_ssm},
    {"dsm", ScoreObjective::dsm}};

/// Returns the number of derivatives in x that an objective takes of the network. The activation needs as
/// many continuous ones: if the last one jumps, the jump moves with the parameters, and automatic
/// differentiation misses this part of their gradient (a ReLU energy under dsm: all of the biases').
int derivatives_in_x(ScoreObjective objective, bool is_energy);

/// Returns s at x (B, d) -> (B, d), recorded; x may be a leaf or plain values. Throws Error if f is not
/// continuously differentiable.
Tensor score_at(const ScoreFunction& model, const Tensor& x);

/// Returns the explicit objective (Hyvarinen 2005, eq. 2) for a known score: 1/2 |s(x) - s_data|^2.
Tensor explicit_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& data_score);

/// The two terms of the implicit objective at every row, (B) each, or their estimates from probes.
struct ImplicitTerms {
  Tensor half_square;  // 1/2 |s(x)|^2: least where x is a stationary point of log p
  Tensor trace;        // tr grad s(x): below 0 where x is a maximum
  Tensor sum() const;
};
/// Returns the implicit objective (Hyvarinen 2005, theorem 1) with the exact trace: 1/2 |s(x)|^2 + tr grad
/// s(x). Its mean over the data is the explicit objective minus a constant if p s vanishes at the boundary.
ImplicitTerms implicit_terms(const ScoreFunction& model, const Tensor& x);
Tensor implicit_score_matching(const ScoreFunction& model, const Tensor& x);

/// Returns the implicit objective with Hutchinson's estimate of the trace (1989), 1/2 |s(x)|^2 + v^T grad
/// s(x) v, as the mean over the K probes of a row, E[v v^T] = I. probes (K, B, d). Averaged over all
/// Rademacher probes it is the exact objective.
Tensor hutchinson_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes);

struct SlicedOptions {
  bool variance_reduced = false;
};
/// Returns the sliced objective (Song et al. 2019, eq. 7), v^T grad s(x) v + 1/2 (v^T s)^2, as the mean over
/// the K probes of a row. With variance_reduced (eq. 8, for E[v v^T] = I) the last term is 1/2 |s|^2, as in
/// Hutchinson's estimate above. probes (K, B, d). Averaged over all Rademacher probes both are the implicit
/// one.
ImplicitTerms sliced_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                           SlicedOptions options = {});
Tensor sliced_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                             SlicedOptions options = {});

/// Returns the sliced objective with finite differences (Pang et al. 2020), as the mean over the K probes of
/// a row. With h = eps / sqrt(d), f+ = f(x + h v) and f- = f(x - h v), it is for an energy
///   [f+ - 2 f(x) + f-] / h^2 + 1/2 [(f+ - f-) / (2h)]^2,
/// and for a vector field v^T (s+ - s-) / (2h) + 1/2 [v^T (s+ + s-) / 2]^2. This is the sliced objective to
/// O(eps^2) without a derivative in x, so any activation is allowed. probes (K, B, d); eps is the root mean
/// square length of a step. Throws Error also for eps that is not above 0.
ImplicitTerms finite_difference_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                      double eps);
Tensor finite_difference_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                        double eps);

struct DenoisingOptions {
  double sigma;                 // standard deviation of the noise
  bool antithetic = true;       // mean over +eps and -eps, in which the terms of order 1/sigma cancel
  bool sigma_weighted = false;  // factor sigma^2: 1/2 |sigma s + eps|^2, with one scale for all sigma
};
/// Returns the denoising objective (Vincent 2011, eq. 9), 1/2 |s(x + sigma eps) + eps / sigma|^2, with eps ~
/// N(0, I) of x's shape (B, d). Its mean over data and noise is the explicit objective of p_sigma = p * N(0,
/// sigma^2 I), up to a constant.
Tensor denoising_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& eps,
                                const DenoisingOptions& options);

}  // namespace gradzoo
