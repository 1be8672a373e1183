#pragma once

#include "gradzoo/base/options.h"
#include "gradzoo/models/networks/time_network.h"

namespace gradzoo {

/// How the noise prediction E[eps|x_t] of x_t = x_1 + sigma eps is computed.
enum class NoiseNet {
  score,   ///< the network itself
  energy,  ///< sigma times the gradient of an energy E / sigma (Song & Ermon 2020, technique 3)
  mdsm     ///< of one energy, that of data with noise sigma_0 (Li, Chen & Sommer 2019)
};

/// Their names in options.
inline constexpr Choice<NoiseNet> kNoiseNets[] = {
    {"score", NoiseNet::score}, {"energy", NoiseNet::energy}, {"mdsm", NoiseNet::mdsm}};

/// Energies (B) of x (B, numbers), images or points, from the distance by which the network would move them.
/// With x' = x / r, r = sqrt(1 + mean x^2) over an image's elements,
///   energy: r |x' - u(x')|^2,   mdsm: r^2 |x' - u(x')|^2 / 2,
/// which grow with the noise as they should, and whose gradients start as x' and x if u starts as 0. For
/// images the network does not get the time as an input, since an image shows its noise level. Points do not,
/// so there it gets the time, r = sqrt(1 + sigma^2), and the first energy is halved. t (B) times, sigma (B,
/// 1), labels (B) i64 where the network is conditional: then the energy of a class.
Tensor noise_energy(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels = {});
/// grad E (energy), grad E / sigma (mdsm), the latter being -sigma_0^2 / sigma times the gradient of that
/// log-density: (B, numbers). Recorded on a live tape; for this the networks must be smooth.
Tensor energy_noise(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels = {});

}  // namespace gradzoo
