#pragma once

#include "base/options.h"
#include "models/networks/time_network.h"

namespace gradzoo {

/// What says the noise E[eps|x_t] of x_t = x_1 + sigma eps.
enum class NoiseNet {
  score,   // the network itself
  energy,  // sigma times the gradient of an energy E / sigma (Song & Ermon 2020, technique 3)
  mdsm     // of one energy, that of data with noise sigma_0 (Li, Chen & Sommer 2019)
};

inline constexpr Choice<NoiseNet> kNoiseNets[] = {
    {"score", NoiseNet::score}, {"energy", NoiseNet::energy}, {"mdsm", NoiseNet::mdsm}};

/// Energies (B) of x (B, numbers), images or points, from how far the network would move them. With
/// x' = x / r, r = sqrt(1 + mean x^2) over an image's numbers,
///   energy: r |x' - u(x')|^2,   mdsm: r^2 |x' - u(x')|^2 / 2,
/// which grow with noise as their laws ask for, and whose gradients begin as x' and x where u begins as 0.
/// The network is told no time: of an image the noise can be read off. Points do not show it, so there it is
/// told, r = sqrt(1 + sigma^2), and the first is halved. t (B) times, sigma (B, 1).
Tensor noise_energy(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma);
/// grad E (energy), grad E / sigma (mdsm), the latter being sigma_0^2 / sigma times the gradient of that
/// log-density with its sign turned: (B, numbers). Recorded where a tape records, for which networks must be
/// smooth.
Tensor energy_noise(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma);

}  // namespace gradzoo
