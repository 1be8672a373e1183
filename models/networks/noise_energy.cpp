#include "models/networks/noise_energy.h"

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {

Tensor noise_energy(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels) {
  const bool sees_noise = network.is_convolutional();
  const Tensor r = sqrt((sees_noise ? mean(square(x), 1, true) : square(sigma)) + 1.0);
  const Tensor scaled = x / r;
  const Tensor moved =
      sum(square(scaled - network.predict(scaled, sees_noise ? zeros_like(t) : t, labels)), 1);
  const Tensor length = reshape(r, {x.dim(0)});
  if (net == NoiseNet::mdsm) return square(length) * moved * 0.5;
  return length * moved * (sees_noise ? 1.0 : 0.5);
}

Tensor energy_noise(const TimeNetwork& network, NoiseNet net, const Tensor& x, const Tensor& t,
                    const Tensor& sigma, const Tensor& labels) {
  const bool create_graph = is_recording();
  const FunctionalScope scope(create_graph);
  const Tensor points = scope.input(x);
  const Tensor energies = noise_energy(network, net, points, t, sigma, labels);
  const Tensor slope = scope.result(grad(sum(energies), points, {.create_graph = create_graph}));
  return net == NoiseNet::mdsm ? slope / sigma : slope;
}

}  // namespace gradzoo
