#pragma once

#include <optional>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/score/network.h"

namespace gradzoo {

/// A toy on grids, without noise and with the noise of the learned density.
struct ScoreTruth {
  NoisedToy clean;
  std::optional<NoisedToy> noised;  // empty without noise, or if the noise is too small for the grid
};
/// Returns the grids; empty unless the data are a toy of one or two dimensions with a known density.
std::optional<ScoreTruth> score_truth(const DataShape& shape, const ScoreTask& task);

inline constexpr QuantityInfo kScoreObjective{"objective", ""}, kScoreKlToNoised{"kl_to_noised", "nats"},
    kScoreFisher{"fisher_divergence", "", {.lengths = -2}}, kScoreCurl{"curl_share", ""},
    kScoreDenoisedRmse{"denoised_rmse", ""};

/// Returns the deviation of a vector field from a gradient field, |J - J^T|_F / (2 |J|_F) over the points x
/// (B, d), J the Jacobian, from one pair of Rademacher probes per point: 0 for a gradient, 1 for a rotation.
double curl_share(const ScoreNetwork& network, const Tensor& x, Rng& rng, const Tensor& labels = {});

/// Returns the objective on held-out examples; for a toy the KL of an energy and the Fisher divergence
/// (truth may be null); the curl share of a vector network; and the error of denoised images.
Quantities score_quantities(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                            const ScoreTruth* truth, const DataView& data);

/// Returns the report's paragraph on these quantities.
std::string score_reading(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                          const ScoreTruth* truth, const DataView& data);

}  // namespace gradzoo
