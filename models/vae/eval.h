#pragma once

#include "datasets/images/pixels.h"
#include "models/base/model.h"
#include "models/vae/network.h"

namespace gradzoo {

inline constexpr QuantityInfo kVaeBceKl{"bce_kl", "nats/image"},
    kVaeEntropyFloor{"entropy_floor", "nats/image"}, kVaeElbo{"elbo", "nats/image"},
    kVaeNegativeElbo{"negative_elbo", "nats/image"}, kVaeReconstruction{"reconstruction", "nats/image"},
    kVaeKl{"kl", "nats/image"}, kVaeLogPx{"log_px", "nats/image"};

/// The ELBO's parts on a set of images, one z an image. Deterministic in the seed.
struct VaeBound {
  Tensor reconstruction;   // (N) nats: -log p(x|z), z ~ q(z|x)
  Tensor kl;               // (N) nats
  Tensor means;            // (N, latent): of q(z|x)
  Tensor kl_by_dimension;  // (latent) nats: mean over the images
};
VaeBound vae_bound(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed);

/// Latent dimensions whose posterior mean has a variance over the images above 0.01 (Burda, Grosse &
/// Salakhutdinov 2016, section 5.2).
int64_t active_units(const VaeBound& bound);

/// log p(x) of every image by importance sampling from q, (N) nats; `samples` an image. Its expectation is
/// below the true value (Burda et al. 2016, theorem 1); the gap shrinks with more samples. Calls `done` with
/// the share of the images measured so far.
Tensor vae_log_likelihood(const VaeNetwork& network, const Examples& images, Pixels pixels, int64_t samples,
                          uint64_t seed, const ShareDone& done);

}  // namespace gradzoo
