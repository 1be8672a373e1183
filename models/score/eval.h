#pragma once

#include <optional>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/score/network.h"

namespace gradzoo {

/// A toy without noise, and with the noise of the learned density, on grids.
struct ScoreTruth {
  NoisedToy clean;
  std::optional<NoisedToy> noised;  // none without noise, or where it is too small for the grid
};
/// None unless the data are a toy of one or two dimensions with a known density.
std::optional<ScoreTruth> score_truth(const DataShape& shape, const ScoreTask& task);

inline constexpr QuantityInfo kScoreObjective{"objective", ""}, kScoreKlToNoised{"kl_to_noised", "nats"},
    kScoreFisher{"fisher_divergence", "", {.lengths = -2}}, kScoreCurl{"curl_share", ""},
    kScoreDenoisedRmse{"denoised_rmse", ""};

/// How far a vector field is from being a gradient, 0 to 1: |J - J'|_F / (2 |J|_F) over the points x (B, d),
/// J the Jacobian, by one pair of Rademacher probes a point. 0 for a gradient, 1 for a rotation.
double curl_share(const ScoreNetwork& network, const Tensor& x, Rng& rng, const Tensor& labels = {});

/// The objective on held-out examples; for a toy the KL of an energy and the Fisher divergence (truth may be
/// null); the curl share of a vector network; the error of denoised images.
Quantities score_quantities(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                            const ScoreTruth* truth, const DataView& data);

/// The report's paragraph on these numbers.
std::string score_reading(const ScoreNetwork& network, const ScoreTask& task, const DataShape& shape,
                          const ScoreTruth* truth, const DataView& data);

}  // namespace gradzoo
