#pragma once

#include "gradzoo/base/options.h"
#include "gradzoo/models/networks/time_network.h"

namespace gradzoo {

/// The computation of the noise prediction E[eps|x_t] for x_t = x_1 + sigma eps.
enum class NoiseNet {
  score,   ///< output of the network
  energy,  ///< sigma times the gradient of an energy E / sigma (Song & Ermon 2020, technique 3)
  mdsm     ///< gradient of one energy: of data with noise sigma_0 (Li, Chen & Sommer 2019)
};

/// The names in options.
inline constexpr Choice<NoiseNet> kNoiseNets[] = {
    {"score", NoiseNet::score}, {"energy", NoiseNet::energy}, {"mdsm", NoiseNet::mdsm}};

/// Returns energies (B) of images or points x (B, elements), from the distance by which the network would
/// move them. With x' = x / r, r = sqrt(1 + mean x^2) over an image's elements,
///   energy: r |x' - u(x')|^2,   mdsm: r^2 |x' - u(x')|^2 / 2,
/// which grow with the noise, and whose gradients start as x' and x if u starts as 0. For images, u does not
/// get the time as an input, because an image shows its noise level. Points do not show it, so for points u
/// gets the time, r = sqrt(1 + sigma^2), and the first energy is halved. t (B) times, sigma (B, 1). With
/// labels (B) i64, for a conditional network, the energies are class-conditional.
Tensor noise_energy(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels = {});
/// Returns grad E (energy) or grad E / sigma (mdsm), which is -sigma_0^2 / sigma times the gradient of the
/// log-density: (B, elements). Recorded on a live tape, which requires smooth networks.
Tensor energy_noise(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels = {});

}  // namespace gradzoo
