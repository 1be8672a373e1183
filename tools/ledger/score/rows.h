#pragma once

#include "models/eval/quadrature.h"
#include "models/score/objectives.h"
#include "samplers/chains.h"
#include "tools/ledger/row.h"
#include "tools/ledger/score/round_mixture.h"

/// Identities of score matching. Each measurement takes what it measures as an argument, so that a test can
/// plant an error.
namespace gradzoo {

std::vector<Row> score_rows();

/// 1/2 |s|^2 + tr grad s of every row, as models/score/objectives.h has it.
using ImplicitObjective = FunctionRef<Tensor(const ScoreFunction& model, const Tensor& x)>;
using SlicedObjective =
    FunctionRef<Tensor(const ScoreFunction& model, const Tensor& x, const Tensor& probes)>;
using DenoisingObjective =
    FunctionRef<Tensor(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma)>;

/// Largest difference, over the largest entry, of the parameters' gradients of E_p[implicit] and
/// E_p[explicit]: energies and vector nets, one and two dimensions, by quadrature.
double implicit_gradient_gap(ImplicitObjective implicit);

/// Largest difference, over the largest entry, of values and parameters' gradients of the sliced objective
/// averaged over all 2^d Rademacher probes and of the implicit one.
double enumeration_gap(SlicedObjective sliced);

/// How far variances of sliced estimates, plain and `reduced`, are from their closed forms on N(0, P^-1) with
/// the model s = -P x, in 3 dimensions: over all Rademacher probes and under Gaussian ones, by quadrature
/// that is exact.
struct SlicedVariances {
  double plain, reduced;  // E_x var_v of the objective
};
struct SlicedVarianceGap {
  double worst;  // largest relative difference of variances and of means
  SlicedVariances rademacher, gaussian;
  SlicedVariances correlated;  // Rademacher probes, all P_ij = .9: the plain one varies less
};
SlicedVarianceGap sliced_variance_gap(SlicedObjective plain, SlicedObjective reduced);

/// Errors of the finite-difference objective at eps against the sliced one, over those at eps/2: 4 where they
/// are O(eps^2). The one furthest from 4 of values and gradients, energy and vector net.
using FiniteDifferenceObjective =
    FunctionRef<Tensor(const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps)>;
double finite_difference_ratio(FiniteDifferenceObjective sliced);

/// A Gaussian model s(x) = b - P x fitted to n points by minimising the objective exactly.
struct GaussianFit {
  double precision_error;  // largest entry of P C - I, C the covariance of the points with 1/n
  double mean_error;       // largest entry of b - P mean
};
GaussianFit fit_gaussian(ImplicitObjective implicit, uint64_t seed);

/// Largest difference, over the largest entry, of the parameters' gradients of E_p E_eps[denoising] and of
/// E_p_sigma[explicit], by quadrature in x and eps.
double denoising_gradient_gap(DenoisingObjective denoising);

/// Largest difference, over the largest entry, of a tied denoising auto-encoder's E|r(x~) - x|^2 and 2
/// sigma^4 times the denoising objective of its energy: value and parameters' gradient.
double vincent_gap(DenoisingObjective denoising);

/// x + sigma^2 score, or what stands for it.
using Denoiser = FunctionRef<Tensor(const Tensor& noisy, const Tensor& score, double sigma)>;
struct TweedieGap {
  double posterior_mean;  // largest |denoised - E[x | noisy]|, a mixture, E by quadrature
  double memorised;  // largest distance from a training point after the best denoiser of an empirical p_sigma
};
TweedieGap tweedie_gap(Denoiser denoise, uint64_t seed);

/// 1/2 E_p |s_p - s_q|^2 on a grid.
using FisherDivergence =
    FunctionRef<double(const Grid& grid, const Tensor& log_p, const Tensor& score_p, const Tensor& score_q)>;
/// Largest relative error of d/dt KL(p_t || q_t) = -(Fisher divergence), p_t = p * N(0, t).
double de_bruijn_gap(FisherDivergence fisher);

/// Two mixtures of the same two Gaussians N(+-separation/2, 1) with weights .5/.5 and .9/.1, after noise of
/// variance `added`.
struct WeightDifference {
  double fisher, kl;
};
WeightDifference weight_difference(double separation, double added, FisherDivergence fisher);
/// KL of the weights alone: what the KL of mixtures tends to as they separate.
double kl_of_weights();

/// Moves all chains `steps` steps of size `step`, from x0.
using LangevinRun =
    FunctionRef<Tensor(const Target& target, const Tensor& x0, double step, int64_t steps, Rng&)>;
struct LangevinMoments {
  double worst;     // largest |z| of means, variances and covariances against Langevin's own exact law
  int64_t numbers;  // how many those are
  double bias;      // largest relative difference of that law's covariance and the data's
};
/// Langevin chains on a score that was fitted to data by implicit score matching.
LangevinMoments langevin_moments(LangevinRun run, uint64_t seed);

}  // namespace gradzoo
