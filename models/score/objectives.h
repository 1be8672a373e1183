#pragma once

#include "autograd/base/options.h"
#include "autograd/tensor.h"

/// Score matching (Hyvarinen 2005; Vincent 2011; Song et al. 2019): objectives that fit a score s(x) = grad_x
/// log p~(x) to data without the normaliser. Each returns the objective of every row, (B), recorded on the
/// caller's tape through one batched graph, so that mean() of it is a loss; f32 or f64. All throw Error
/// without a live tape, for shapes that do not fit, and where the network's activation is not smooth enough:
/// see derivatives_in_x.
namespace gradzoo {

/// What is fitted, for the length of one call. Rows must not interact.
struct ScoreFunction {
  TensorFn function;  // a log-density f, (B, d) -> (B), or a vector field s, (B, d) -> (B, d)
  bool is_energy;     // the first: s is its input gradient
};

/// What may be fitted, by which objective.
enum class ScoreObjective { esm, ism, ssm, ssm_vr, dsm };
inline constexpr Choice<ScoreObjective> kScoreObjectives[] = {{"esm", ScoreObjective::esm},
                                                              {"ism", ScoreObjective::ism},
                                                              {"ssm", ScoreObjective::ssm},
                                                              {"ssm-vr", ScoreObjective::ssm_vr},
                                                              {"dsm", ScoreObjective::dsm}};

/// How many derivatives in x an objective takes of the network: the activation must have as many that are
/// continuous. Where the last one jumps, the place of the jump moves with the parameters, and automatic
/// differentiation loses that part of their gradient: of a ReLU energy under dsm, all of its bias's.
int derivatives_in_x(ScoreObjective objective, bool is_energy);

/// s at x (B, d) -> (B, d), recorded; x may be a leaf or plain values. Throws Error where f is not
/// continuously differentiable.
Tensor score_at(const ScoreFunction& model, const Tensor& x);

/// Explicit (Hyvarinen 2005, eq. 2), the score of the data being known:  1/2 |s(x) - s_data|^2.
Tensor explicit_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& data_score);

/// Implicit (Hyvarinen 2005, theorem 1), the trace exact:  1/2 |s(x)|^2 + tr grad s(x). Its mean over the
/// data is the explicit one less a constant, where p s vanishes at the boundary.
Tensor implicit_score_matching(const ScoreFunction& model, const Tensor& x);

struct SlicedOptions {
  bool variance_reduced = false;
};
/// Sliced (Song et al. 2019, eq. 7), mean over the K probes of a row: v' grad s(x) v + 1/2 (v's)^2, or with
/// variance_reduced (eq. 8), for E[vv'] = I, 1/2 |s|^2 instead of the last term. probes (K, B, d). Averaged
/// over all Rademacher probes both are the implicit one.
Tensor sliced_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                             SlicedOptions options = {});

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
