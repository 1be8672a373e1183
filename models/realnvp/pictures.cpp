#include "models/realnvp/pictures.h"

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/samplers/target.h"

namespace gradzoo {
namespace {

constexpr int64_t kRows = 8;

}  // namespace

Tensor images_between(const CouplingFlow& flow, const Tensor& ends) {
  return flow.inverse(lines_between(flow.map(ends).to, ends.dim(0) / 2)).to;
}

std::vector<Picture> flow_image_pictures(const CouplingFlow& flow, const DataShape& shape,
                                         const DataView& data) {
  Rng rng(data.seed, "pictures/realnvp");
  std::vector<Picture> out;
  if (data.examples.count() >= 2 * kRows) {
    const Batch batch = read_examples(data.examples, 0, 2 * kRows, Pixels::dequantised, rng);
    out.push_back({"interpolation",
                   "Each row moves on a straight line between the codes z of two held-out images. Both ends "
                   "are exact, because a flow reproduces every image.",
                   ImageGrid{as_examples(images_between(flow, batch.x), shape), kImageColumns}});
  }
  out.push_back(neighbours_picture(clamp(flow.sample(2 * kImageColumns, rng), 0, 1), shape, data.train));
  return out;
}

std::vector<Picture> flow_plane_pictures(const CouplingFlow& flow, const Toy& toy, uint64_t seed) {
  constexpr int64_t kPoints = 1000;
  constexpr double kSeen = 4;  // standard deviations of the noise
  Rng rng(seed, "pictures/realnvp");
  const Target target{.log_prob = [&](const Tensor& x) { return flow.log_prob(x); }};
  Plane codes{"z of data", -kSeen, kSeen, -kSeen, kSeen}, noise{"noise", -kSeen, kSeen, -kSeen, kSeen};
  codes.points = flow.map(toy.sample(kPoints, rng)).to;
  noise.points = randn({kPoints, toy.dimensions()}, rng);
  return {score_picture("score", "The true and the learned score, where the density is not negligible.", toy,
                        [&](const Tensor& x) { return score_of(target, x); }),
          {"codes",
           "The codes z of data, and noise; both should have the same distribution. The flow closes gaps of "
           "the data to thin lines.",
           Planes{{std::move(codes), std::move(noise)}}, true}};
}

}  // namespace gradzoo
