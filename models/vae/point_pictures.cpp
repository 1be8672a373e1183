#include <algorithm>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/nn/distributions.h"
#include "models/pictures/samples_picture.h"
#include "models/vae/marginal.h"
#include "models/vae/pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kShownPoints = 2000;

// The place of the nearest centre, (n) i64; 0 of all where there are none.
Tensor nearest_mode(const Tensor& x, const Modes* modes) {
  if (modes == nullptr) return zeros({x.dim(0)}, DType::i64);
  const Tensor centers = cast(modes->centers, x.dtype());
  return argmax(matmul(x, centers, false, true) - sum(square(centers), 1) * 0.5, 1);
}

Picture codes_of_points(const VaeBound& bound, const Tensor& x, const DataShape& shape) {
  const int64_t n = x.dim(0);
  const Tensor z = bound.z.rows(0, n);
  if (z.dim(1) == 1) {
    const auto prior = make_gaussian(zeros({1}), eye(1));
    return {"codes",
            "Codes of held-out points, one drawn from each q(z|x), as a histogram; the line is N(0, 1), from "
            "which samples draw them.",
            samples_picture(z, prior.get()).content, true};
  }
  return {"codes",
          shape.modes()
              ? "Codes of held-out points, one drawn from each q(z|x), coloured by the nearest mode. "
                "All together they should look like N(0, I)."
              : "Codes of held-out points, one drawn from each q(z|x). All together they should look "
                "like N(0, I).",
          Scatter{z, nearest_mode(x, shape.modes()), "z1", "z2"}, true};
}

// Codes at equal steps of the prior's probability: (side^latent, latent).
Tensor quantile_codes(int64_t latent) {
  const int64_t side = latent == 1 ? 400 : 40;
  std::vector<double> steps;
  for (int64_t i = 0; i < side; ++i)
    steps.push_back(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(side)));
  Tensor axis = tensor(steps, {side, 1});
  if (latent == 1) return axis;
  const Tensor slow = reshape(broadcast_to(reshape(axis, {side, 1, 1}), {side, side, 1}), {side * side, 1});
  return concat(slow, tile_rows(axis, side), 1);
}

}  // namespace

std::vector<Picture> vae_point_pictures(const VaeNetwork& network, const VaePrior& prior, Prior which,
                                        const DataShape& shape, const DataView& data) {
  const NoGrad quiet;
  std::vector<Picture> out;
  const Examples some = first_of(data.examples, kShownPoints);
  const VaeBound bound = vae_bound(network, prior, some, Pixels::grey, data.seed);
  if (const int64_t latent = network.shape().latent; latent <= 2) {
    const Tensor x = read_examples(some, 0, some.count(), Pixels::grey, Rng(data.seed)).x;
    out.push_back(codes_of_points(bound, x, shape));
    if (in_plane(data.toy)) {
      const VaeMarginal marginal(network, prior, which);
      out.push_back(density_picture(
          "density", "The true density, and the learned density, which is a sum over a grid of codes.",
          *data.toy, [&](const Tensor& points) { return marginal.log_prob(points); }));
      out.push_back({"decoded",
                     "Means of p(x|z) at equal steps of the prior's probability, over the contours of the "
                     "true density. Samples are these means plus the decoder's noise.",
                     samples_picture(network.expected(quantile_codes(latent)), data.toy).content});
    }
  }
  out.push_back(kl_by_dimension_picture(bound));
  return out;
}

}  // namespace gradzoo
