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

/// What is measured of a variational auto-encoder.
namespace gradzoo {

inline constexpr QuantityInfo kVaeBceKl{"bce_kl", "nats/image"},
    kVaeEntropyFloor{"entropy_floor", "nats/image"}, kVaeElbo{"elbo", "nats/image", {.volumes = -1}},
    kVaeNegativeElbo{"negative_elbo", "nats/image", {.volumes = 1}},
    kVaeReconstruction{"reconstruction", "nats/image", {.volumes = 1}}, kVaeKl{"kl", "nats/image"},
    kVaeLogPx{"log_px", "nats/image", {.volumes = -1}}, kVaeKlNormal{"kl_normal", "nats/image"},
    kVaeLogPxNormal{"log_px_normal", "nats/image", {.volumes = -1}},
    kVaeAggregateNormal{"aggregate_kl_normal", "nats"}, kVaeAggregateMixture{"aggregate_kl_mixture", "nats"},
    kVaeKlToTruth{"kl_to_truth", "nats"}, kVaeSigma{"decoder_sigma", "", {.lengths = 1}};

/// The ELBO's parts on a set of images, one z an image. Deterministic in the seed.
struct VaeBound {
  Tensor reconstruction;   // (N) nats: -log p(x|z), z ~ q(z|x)
  Tensor kl;               // (N) nats, of N(0, I)
  Tensor kl_mixture;       // (N) nats, of the mixture; undefined as long as there is none
  Posterior codes;         // q(z|x), (N, latent) each
  Tensor z, labels;        // (N, latent) ~ q(z|x); (N), of labelled images
  Tensor kl_by_dimension;  // (latent) nats, of N(0, I): mean over the images
};
VaeBound vae_bound(const VaeNetwork& network, const VaePrior& prior, const Examples& images, Pixels pixels,
                   uint64_t seed);

/// log 1/N sum_n N(z; mean_n, diag e^logvar_n), the aggregate posterior of N images, of every row of z
/// (m, latent): (m) f64.
Tensor log_aggregate_posterior(const Tensor& z, const Posterior& codes);

/// KL(q(z) || p(z)), nats, of the aggregate posterior of these N images at z ~ q(z) (Hoffman & Johnson 2016,
/// "ELBO surgery"), under N(0, I) and under the mixture, which is fitted: what a code's prior lacks. mean
/// KL(q(z|x) || p(z)) is this and the information I(x; z) <= log N.
Quantities aggregate_kls(const VaeBound& bound, const VaePrior& prior);

/// Latent dimensions whose posterior mean has a variance over the images above 0.01 (Burda, Grosse &
/// Salakhutdinov 2016, section 5.2).
int64_t active_units(const VaeBound& bound);

/// log p(x) of every image by importance sampling from q, (N) nats under each prior; `samples` an image. Its
/// expectation is below the true value (Burda et al. 2016, theorem 1); the gap shrinks with more samples.
/// Calls `done` with the share of the images measured so far.
struct VaeLogLikelihood {
  Tensor normal, mixture;  // undefined as long as there is none
};
VaeLogLikelihood vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, const Examples& images,
                                    Pixels pixels, int64_t samples, uint64_t seed, const ShareDone& done);
/// The same of rows x (B, pixels) under one prior: (B). Grey pixels are chances of 1: log weights are linear
/// in them and their logsumexp convex, so by Jensen it is below the mean of log p(b) over drawings b of 0
/// and 1.
Tensor vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, Prior which, const Tensor& x,
                          int64_t samples, Rng& rng);

}  // namespace gradzoo
