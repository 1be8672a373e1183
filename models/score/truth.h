#pragma once

#include <optional>

#include "datasets/dataset.h"
#include "models/eval/noised_toy.h"
#include "models/score/task.h"

namespace gradzoo {

/// A toy without noise, and with the noise of the learned density, on grids.
struct ScoreTruth {
  NoisedToy clean;
  std::optional<NoisedToy> noised;  // none without noise, or where it is too small for the grid
};
/// None unless the data are a toy of one or two dimensions with a known density.
std::optional<ScoreTruth> score_truth(const DataShape& shape, const ScoreTask& task);

}  // namespace gradzoo
