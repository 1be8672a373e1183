#include "models/networks/noise_energy.h"

#include <cmath>
#include <memory>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// A network that says something, as a fresh one gives zeros.
std::unique_ptr<TimeNetwork> stirred(const DataShape& shape, int64_t classes = 0) {
  Rng rng(1, "noise_energy_test");
  auto net =
      std::make_unique<TimeNetwork>(TimeNetworkOptions{.channels = 8, .hidden = {16}}, shape, classes, rng);
  test::stir(*net, 2);
  return net;
}

const DataShape kImages{.example = {8, 8}}, kPoints{.example = {2}};

TEST_CASE("the noise of an energy is its slope, by differences, and over sigma for mdsm") {
  for (const DataShape& shape : {kImages, kPoints})
    for (const NoiseNet net : {NoiseNet::energy, NoiseNet::mdsm}) {
      const auto made = stirred(shape, 2);
      const TimeNetwork& network = *made;
      Rng rng(2, "noise_energy_test");
      const Tensor labels = tensor({0, 1, 2}, {3}, DType::i64);  // 2: none
      const NoGrad quiet;
      const Tensor x = randn({3, shape.size()}, rng) * 2.0, along = randn_like(x, rng);
      const Tensor t = full({3}, 0.4), sigma = full({3, 1}, 1.7);
      const auto energy = [&](double h) {
        return cast(noise_energy(network, net, x + along * h, t, sigma, labels), DType::f64);
      };
      const Tensor unlabelled = cast(noise_energy(network, net, x, t, sigma), DType::f64);
      CHECK((max(abs(energy(0) - unlabelled)).item() > 0) == network.is_convolutional());  // points have none
      const Tensor slope = (energy(0.01) - energy(-0.01)) / 0.02;
      const Tensor noise = energy_noise(network, net, x, t, sigma, labels);
      const double per = net == NoiseNet::mdsm ? 1.7 : 1;
      CHECK(test::max_error(sum(noise * along, 1) * per, slope.to_vector()) < 0.02 * max(abs(slope)).item());
    }
}

TEST_CASE("before it has learned anything an energy takes an image for noise alone") {
  Rng rng(3, "noise_energy_test");
  const TimeNetwork network({.channels = 8}, kImages, 0, rng);
  const Tensor eps = randn({2, 64}, rng), sigma = full({2, 1}, 50.0), x = eps * 50.0;
  for (const NoiseNet net : {NoiseNet::energy, NoiseNet::mdsm}) {
    const Tensor found = energy_noise(network, net, x, zeros({2}), sigma);
    const Tensor unit = net == NoiseNet::mdsm ? eps : eps / sqrt(mean(square(eps), 1, true));
    CHECK(test::max_error(found, unit.to_vector()) < 0.01);
  }
}

TEST_CASE("of points too: x over the length that data of variance 1 have with the noise, or over the noise") {
  Rng rng(6, "noise_energy_test");
  const TimeNetwork network({.hidden = {4}}, kPoints, 0, rng);
  test::fill_parameters(network, 0.0F);
  const Tensor x = randn({3, 2}, rng), sigma = full({3, 1}, 1.5);
  const auto noise = [&](NoiseNet net) { return energy_noise(network, net, x, full({3}, 0.4), sigma); };
  CHECK(test::max_error(noise(NoiseNet::energy), (x / std::sqrt(1 + 2.25)).to_vector()) < 1e-6);
  CHECK(test::max_error(noise(NoiseNet::mdsm), (x / 1.5).to_vector()) < 1e-6);
}

TEST_CASE("an image's energy is one, whatever the time; a point's is told it") {
  Rng rng(4, "noise_energy_test");
  const auto differs = [&](const DataShape& shape) {
    const auto made = stirred(shape);
    const TimeNetwork& network = *made;
    const Tensor x = randn({2, shape.size()}, rng), sigma = ones({2, 1});
    const NoGrad quiet;
    return max(abs(noise_energy(network, NoiseNet::energy, x, zeros({2}), sigma) -
                   noise_energy(network, NoiseNet::energy, x, ones({2}), sigma)))
               .item() > 0;
  };
  CHECK_FALSE(differs(kImages));
  CHECK(differs(kPoints));
}

TEST_CASE("weights have a gradient through the slope") {
  const auto made = stirred(kImages);
  TimeNetwork& network = *made;
  Rng rng(5, "noise_energy_test");
  const Tape tape;
  for (NamedTensor& p : network.named_parameters()) p.tensor.requires_grad_();
  const Tensor x = randn({2, 64}, rng);
  backward(sum(square(energy_noise(network, NoiseNet::energy, x, zeros({2}), ones({2, 1})))));
  int64_t moved = 0;
  for (const NamedTensor& p : network.named_parameters()) {
    if (p.tensor.grad().defined() && max(abs(p.tensor.grad())).item() > 0) ++moved;
  }
  CHECK(moved > 10);
}

}  // namespace
}  // namespace gradzoo
