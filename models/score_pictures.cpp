#include "models/score_pictures.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/nearest_images.h"
#include "models/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kColumns = 10;
bool in_the_plane(const Toy& toy) { return toy.dimensions() == 2 && toy.why_no_density().empty(); }

std::string what_is_learned(const ScoreTask& task) {
  const double noise = task.learned_noise();
  return noise > 0
             ? fmt::format(" Learned is the truth with noise of {:.3g}, which is a little wider.", noise)
             : "";
}

// Rows of `above` and `below` by turns, ten images each.
Picture by_turns(const char* name, const char* caption, const Tensor& above, const Tensor& below,
                 std::vector<std::string> row_captions) {
  Tensors rows;
  for (int64_t begin = 0; begin < above.dim(0); begin += kColumns) {
    const int64_t end = std::min(begin + kColumns, above.dim(0));
    rows.push_back(above.rows(begin, end));
    rows.push_back(below.rows(begin, end));
  }
  return {name, caption, ImageGrid{concat(rows, 0), kColumns, std::move(row_captions)}};
}

}  // namespace

Tensor score_images(const Tensor& x, const DataShape& shape) {
  return reshape(clamp(x, 0, 1), {x.dim(0), shape.height(), shape.width()});
}

Picture score_raw_and_denoised(const ScoreSamples& samples, const DataShape& shape) {
  return by_turns(
      "raw_and_denoised",
      "Ends of Langevin chains, which are samples of the data with noise, and under each the best "
      "guess of what lies under its noise.",
      score_images(samples.raw, shape), score_images(samples.denoised, shape), {"raw", "denoised"});
}

Picture score_neighbours(const Tensor& denoised, const DataShape& shape, const DataView& data) {
  const Tensor shown = denoised.rows(0, std::min<int64_t>(2 * kColumns, denoised.dim(0)));
  return by_turns("neighbours",
                  "Denoised samples, and under each the training image nearest to it: equal pairs would mean "
                  "that images were memorised.",
                  score_images(shown, shape),
                  score_images(nearest_images(clamp(shown, 0, 1), data.train), shape),
                  {"sample", "nearest training image"});
}

Picture score_toy_snapshot(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy,
                           const Tensor& samples) {
  if (!in_the_plane(toy)) return samples_picture(samples);
  const NoGrad quiet;
  if (!network.shape().is_energy) {
    return {"samples", "Ends of Langevin chains over the truth's contours." + what_is_learned(task),
            Planes{{samples_over_truth(toy, samples)}}};
  }
  return density_picture(
      "samples",
      "The truth, exp f / Z of the learned energy (Z by quadrature), and ends of Langevin "
      "chains." +
          what_is_learned(task),
      toy, [&](const Tensor& x) { return network(x); }, samples);
}

std::vector<Picture> score_toy_pictures(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy) {
  if (!in_the_plane(toy)) return {};
  return {
      score_picture("score",
                    "The true score and the learned one: arrows point uphill in log p, longer where it is "
                    "steeper; none where there is next to no data." +
                        what_is_learned(task),
                    toy, [&](const Tensor& x) { return network.score(x); })};
}

}  // namespace gradzoo
