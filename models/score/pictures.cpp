#include "models/score/pictures.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

std::string what_is_learned(const ScoreTask& task) {
  const double noise = task.learned_noise();
  return noise > 0
             ? fmt::format(
                   " The model learns the true density with noise of {:.3g}, which is a little wider.", noise)
             : "";
}

}  // namespace

Picture score_raw_and_denoised(const ScoreSamples& samples, const DataShape& shape) {
  return {"raw_and_denoised",
          "The ends of Langevin chains, which are samples of noisy data, each above its denoised version.",
          rows_by_turns(std::array{samples.raw, samples.denoised}, {"raw", "denoised"}, shape)};
}

Picture score_toy_snapshot(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy,
                           const Tensor& samples) {
  if (!in_plane(&toy)) return samples_picture(samples);
  const NoGrad quiet;
  if (!network.shape().is_energy) {
    return {"samples", "The ends of Langevin chains over the true contours." + what_is_learned(task),
            Planes{{samples_over_truth(toy, samples)}}};
  }
  return density_picture(
      "samples",
      "The true density, exp f / Z of the learned energy (Z by quadrature), and the ends of Langevin "
      "chains." +
          what_is_learned(task),
      toy, [&](const Tensor& x) { return network(x); }, samples);
}

std::vector<Picture> score_plane_pictures(const ScoreNetwork& network, const ScoreTask& task,
                                          const Toy& toy) {
  return {score_picture("score",
                        "The true score and the learned score. Arrows point uphill in log p, and are longer "
                        "where log p is steeper. Regions of negligible density have no arrows." +
                            what_is_learned(task),
                        toy, [&](const Tensor& x) { return network.score(x); })};
}

}  // namespace gradzoo
