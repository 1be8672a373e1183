#include "models/ebm/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/samplers/tweedie.h"

namespace gradzoo {
namespace {

Tensor denoised(const EnergyNetwork& network, const Tensor& x, double noise) {
  return noise > 0 ? tweedie_denoised(x, network.score(x), noise) : x;
}

}  // namespace

Tensor ebm_examples(const EnergyNetwork& network, const Tensor& x, double noise, const DataShape& shape) {
  return as_examples(shape.kind().pixels ? denoised(network, x, noise) : x, shape);
}

Picture ebm_planes(const EnergyNetwork& network, const Toy& truth, const Tensor& samples) {
  const auto log_density = [&](const Tensor& x) { return network.log_density(x); };
  return density_picture(
      "density",
      "The true density; the learned density exp f / Z; the ends of its chains over the true contours.",
      truth, log_density, samples);
}

Picture ebm_chain_picture(const EnergyNetwork& network, const Target& target, const Tensor& start,
                          int64_t steps, EbmChains& chains, double noise, const DataShape& shape, Rng& rng) {
  Tensors columns;
  Tensor x = start;
  int64_t done = 0;
  for (int64_t column = 0; column < kImageColumns; ++column) {
    // 0, then steps as powers: the first columns lie close to each other.
    const double share = static_cast<double>(column) / static_cast<double>(kImageColumns - 1);
    const auto until = column == 0 ? 0 : static_cast<int64_t>(std::pow(static_cast<double>(steps), share));
    if (until > done) x = chains.walk(target, x, until - done, rng);
    done = std::max(done, until);
    const Tensor images = ebm_examples(network, x, noise, shape);  // (n, H, W) or (n, H, W, 3)
    columns.push_back(reshape(images, images.shape().insert(1, 1)));
  }
  return {
      "chains",
      fmt::format(
          "Each row is one chain, from noise to {} transitions. The steps shown grow by a constant factor.",
          steps),
      ImageGrid{reshape(concat(columns, 1), shape.example.insert(0, x.dim(0) * kImageColumns)),
                kImageColumns}};
}

Picture ebm_raw_and_denoised(const EnergyNetwork& network, const Tensor& x, double noise,
                             const DataShape& shape) {
  const std::array<Tensor, 2> parts = {x, denoised(network, x, noise)};
  return {"raw_and_denoised",
          fmt::format("The ends of chains, each above x + {:.3g}^2 grad f(x), the mean of the clean images "
                      "that noise of {:.3g} may have turned into x.",
                      noise, noise),
          rows_by_turns(parts, {"chain", "denoised"}, shape)};
}

}  // namespace gradzoo
