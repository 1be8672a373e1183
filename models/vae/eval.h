#pragma once

#include <cstdint>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/abilities.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/vae/network.h"
#include "gradzoo/models/vae/prior.h"

/// The quantities of a variational auto-encoder's evaluation.
namespace gradzoo {

inline constexpr QuantityInfo kVaeBceKl{"bce_kl", "nats/image"},
    kVaeEntropyFloor{"entropy_floor", "nats/image"}, kVaeElbo{"elbo", "nats/image", {.volumes = -1}},
    kVaeNegativeElbo{"negative_elbo", "nats/image", {.volumes = 1}},
    kVaeReconstruction{"reconstruction", "nats/image", {.volumes = 1}}, kVaeKl{"kl", "nats/image"},
    kVaeLogPx{"log_px", "nats/image", {.volumes = -1}}, kVaeKlNormal{"kl_normal", "nats/image"},
    kVaeLogPxNormal{"log_px_normal", "nats/image", {.volumes = -1}},
    kVaeAggregateNormal{"aggregate_kl_normal", "nats"}, kVaeAggregateMixture{"aggregate_kl_mixture", "nats"},
    kVaeKlToTruth{"kl_to_truth", "nats"}, kVaeSigma{"decoder_sigma", "", {.lengths = 1}};

/// The terms of the ELBO on a set of images, with one z per image. Deterministic in the seed.
struct VaeBound {
  Tensor reconstruction;   // (N) nats: -log p(x|z), z ~ q(z|x)
  Tensor kl;               // (N) nats, under N(0, I)
  Tensor kl_mixture;       // (N) nats, under the mixture; undefined until it is fitted
  Posterior codes;         // q(z|x), (N, latent) each
  Tensor z, labels;        // (N, latent) ~ q(z|x); (N), for labelled images
  Tensor kl_by_dimension;  // (latent) nats, under N(0, I): mean over the images
};
VaeBound vae_bound(const VaeNetwork& network, const VaePrior& prior, const Examples& images, Pixels pixels,
                   uint64_t seed);

/// Returns the log-density of the aggregate posterior of N images, log 1/N sum_n N(z; mean_n, diag
/// exp(logvar_n)), of every row of z (m, latent): (m) f64.
Tensor log_aggregate_posterior(const Tensor& z, const Posterior& codes);

/// Returns KL(q(z) || p(z)) in nats between the aggregate posterior of these N images and the priors N(0, I)
/// and the fitted mixture, at z ~ q(z) (Hoffman & Johnson 2016, "ELBO surgery"). It measures the misfit of
/// the prior: the mean of KL(q(z|x) || p(z)) is its sum with the mutual information I(x; z) <= log N.
Quantities aggregate_kls(const VaeBound& bound, const VaePrior& prior);

/// Returns the number of latent dimensions whose posterior mean has a variance above 0.01 over the images
/// (Burda, Grosse & Salakhutdinov 2016, section 5.2).
int64_t active_units(const VaeBound& bound);

/// log p(x) of every image from importance sampling with q, (N) nats under each prior, with `samples` codes
/// per image. Its expectation is below the true value (Burda et al. 2016, theorem 1); the gap shrinks with
/// more samples. vae_log_likelihood reports progress to `done`.
struct VaeLogLikelihood {
  Tensor normal, mixture;  // (N) nats; mixture: undefined until it is fitted
};
VaeLogLikelihood vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, const Examples& images,
                                    Pixels pixels, int64_t samples, uint64_t seed, const ShareDone& done);
/// Returns log p(x) of rows x (B, pixels) under one prior, in the same way: (B). Grey pixels are
/// probabilities of 1: the log weights are linear in them and logsumexp is convex, so by Jensen the result
/// is below the mean of log p(b) over binary draws b.
Tensor vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, Prior which, const Tensor& x,
                          int64_t samples, Rng& rng);

}  // namespace gradzoo
