#pragma once

#include "models/vae/vae.h"
#include "tools/ledger/row.h"

/// Identities of the variational auto-encoder. Each measurement takes what it measures as an argument, so
/// that a test can plant an error.
namespace gradzoo {

std::vector<Row> vae_rows();

/// KL(N(mu, e^logvar) || N(0,1)), elementwise.
using KlFormula = FunctionRef<Tensor(const Tensor& mu, const Tensor& logvar)>;
/// Largest error of a closed form against quadrature of q log(q/p), mu in [-3, 3], logvar in [-6, 2].
double kl_error(KlFormula kl);

/// What an estimator of log p(x) and the ELBO's parts are held to.
struct ExactnessParts {
  FunctionRef<Tensor(const VaeNetwork&, const Batch&, int64_t samples, Rng&)> log_weights;
  KlFormula kl;
};
/// With two latent dimensions log p(x) is a sum over a grid of z.
struct Exactness {
  double importance_error;  // nats: |mean over the images of IS - log p(x)|
  double importance_worst;  // nats: the largest |IS - log p(x)| of one image
  double gap_error;         // nats: largest |log p(x) - ELBO - KL(q || p(z|x))|
  double mean_gap;          // nats: mean of log p(x) - ELBO
};
Exactness measure_exactness(const VaeNetwork& trained, const Tensor& images, int64_t samples,
                            const ExactnessParts& parts);

/// An objective as models/vae/vae.h has it.
using Objective = FunctionRef<VaeTerms(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                                       const VaeObjectiveOptions& options)>;
/// An estimated gradient of the ELBO in (mean, logvar) of a linear-Gaussian decoder, against the exact one.
struct Agreement {
  double error_in_se;     // |mean - exact| over the standard error of the whole vector
  double relative_error;  // that standard error over |exact|
};
Agreement measure_agreement(Objective objective, const VaeObjectiveOptions& options, int64_t replicates,
                            uint64_t seed);

/// Trace of the covariance of the gradient in the posterior's mean, averaged over images x: one loss an
/// image.
double gradient_variance(Objective objective, const VaeNetwork& network, const Tensor& x,
                         const VaeObjectiveOptions& options, int64_t replicates, uint64_t seed);

/// The smaller of the two ratios over what each must reach: at least 1 passes.
double variance_margin(double reparam, double constant, double leave_one_out);

}  // namespace gradzoo
