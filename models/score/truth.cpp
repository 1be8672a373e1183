#include <algorithm>
#include <cmath>

#include "gradzoo/models/score/eval.h"

namespace gradzoo {
namespace {

constexpr int64_t kTruthCells = 200, kMostTruthCells = 1000;  // along an axis of the truth's grid

}  // namespace

std::optional<ScoreTruth> score_truth(const DataShape& shape, const ScoreTask& task) {
  const Toy* toy = shape.toy.get();
  if (!toy || !toy->integrable()) return std::nullopt;
  const double noise = task.learned_noise();
  ScoreTruth truth{noised_toy(*toy, 0, kTruthCells), std::nullopt};
  if (noise == 0) return truth;
  const Box box = toy->box();
  double side = 0;
  for (size_t i = 0; i < box.low.size(); ++i) side = std::max(side, box.high[i] - box.low[i] + 12 * noise);
  const auto cells = std::max(kTruthCells, static_cast<int64_t>(std::ceil(2.5 * side / noise)));
  if (cells <= kMostTruthCells) truth.noised = noised_toy(*toy, noise, cells);
  return truth;
}

}  // namespace gradzoo
