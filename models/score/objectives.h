#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"

/// Score matching (Hyvarinen 2005; Vincent 2011; Song et al. 2019; Pang et al. 2020): objectives that fit a
/// score s(x) = grad_x log p~(x) to data without the normaliser. Each returns the objective of every row,
/// (B), recorded on the caller's tape through one batched graph, so that mean() of it is a loss; f32 or f64.
/// All throw Error without a live tape, for shapes that do not fit, and if the network's activation is not
/// smooth enough: see derivatives_in_x.
namespace gradzoo {

/// The model to fit, for the duration of one call. Rows must be independent of each other.
struct ScoreFunction {
  TensorFn function;  // a log-density f, (B, d) -> (B), or a vector field s, (B, d) -> (B, d)
  bool is_energy;     // the first: s is its input gradient
};

/// The objectives, and what each can fit.
enum class ScoreObjective { esm, ism, ism_hutchinson, ssm, ssm_vr, fd_ssm, dsm };
inline constexpr Choice<ScoreObjective> kScoreObjectives[] = {
    {"esm", ScoreObjective::esm},
    {"ism", ScoreObjective::ism},
    {"ism-hutchinson", ScoreObjective::ism_hutchinson},
    {"ssm", ScoreObjective::ssm},
    {"ssm-vr", ScoreObjective::ssm_vr},
    {"fd-ssm", ScoreObjective::fd_ssm},
    {"dsm", ScoreObjective::dsm}};

/// How many derivatives in x an objective takes of the network; the activation needs as many continuous ones.
/// If the last one jumps, the place of the jump moves with the parameters, and automatic differentiation
/// loses that part of their gradient: for a ReLU energy under dsm, the whole gradient of the biases.
int derivatives_in_x(ScoreObjective objective, bool is_energy);

/// s at x (B, d) -> (B, d), recorded; x may be a leaf or plain values. Throws Error if f is not continuously
/// differentiable.
Tensor score_at(const ScoreFunction& model, const Tensor& x);

/// Explicit (Hyvarinen 2005, eq. 2), the score of the data being known:  1/2 |s(x) - s_data|^2.
Tensor explicit_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& data_score);

/// The two terms of the implicit objective at every row, (B) each, or what probes say of them.
struct ImplicitTerms {
  Tensor half_square;  // 1/2 |s(x)|^2: least where x is a stationary point of log p
  Tensor trace;        // tr grad s(x): below 0 where x is a maximum
  Tensor sum() const;
};
/// Implicit (Hyvarinen 2005, theorem 1), the trace exact:  1/2 |s(x)|^2 + tr grad s(x). Its mean over the
/// data is the explicit one minus a constant, if p s vanishes at the boundary.
ImplicitTerms implicit_terms(const ScoreFunction& model, const Tensor& x);
Tensor implicit_score_matching(const ScoreFunction& model, const Tensor& x);

/// The same with Hutchinson's estimate of the trace (1989), mean over the K probes of a row, E[vv'] = I:
/// 1/2 |s(x)|^2 + v' grad s(x) v. probes (K, B, d). Averaged over all Rademacher probes it is the exact one.
Tensor hutchinson_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes);

struct SlicedOptions {
  bool variance_reduced = false;
};
/// Sliced (Song et al. 2019, eq. 7), mean over the K probes of a row: v' grad s(x) v + 1/2 (v's)^2, or with
/// variance_reduced (eq. 8), for E[vv'] = I, 1/2 |s|^2 instead of the last term, which is Hutchinson's
/// above. probes (K, B, d). Averaged over all Rademacher probes both are the implicit one.
ImplicitTerms sliced_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                           SlicedOptions options = {});
Tensor sliced_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                             SlicedOptions options = {});

/// Sliced by finite differences (Pang et al. 2020), mean over the K probes of a row. With h = eps / sqrt(d),
/// and f+ = f(x + h v), f- = f(x - h v), of an energy
///   [f+ - 2 f(x) + f-] / h^2 + 1/2 [(f+ - f-) / (2h)]^2,
/// of a vector field  v'(s+ - s-) / (2h) + 1/2 [v'(s+ + s-) / 2]^2:  the sliced one to O(eps^2), with no
/// derivative in x, so any activation is allowed. probes (K, B, d); eps is a step's root mean square length.
/// Throws Error too for eps that is not above 0.
ImplicitTerms finite_difference_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                      double eps);
Tensor finite_difference_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                        double eps);

struct DenoisingOptions {
  double sigma;                 // of the noise
  bool antithetic = true;       // the mean over +eps and -eps: 1/sigma of the noise cancels
  bool sigma_weighted = false;  // times sigma^2: 1/2 |sigma s + eps|^2, of one size whatever sigma is
};
/// Denoising (Vincent 2011, eq. 9):  1/2 |s(x + sigma eps) + eps / sigma|^2, eps ~ N(0, I) of x's shape (B,
/// d). Its mean over data and noise is the explicit one of p_sigma = p * N(0, sigma^2 I), up to a constant.
Tensor denoising_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& eps,
                                const DenoisingOptions& options);

}  // namespace gradzoo
