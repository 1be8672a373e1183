#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/score/network.h"
#include "models/score/samples.h"

namespace gradzoo {

/// Rows of chains' ends and rows of their denoising, in turn: 50 samples or fewer.
Picture score_raw_and_denoised(const ScoreSamples& samples, const DataShape& shape);

/// Samples over the truth; of an energy, its density beside that of the truth.
Picture score_toy_snapshot(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy,
                           const Tensor& samples);
/// The learned score beside the true one; none unless the toy is in the plane and its density known.
std::vector<Picture> score_plane_pictures(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy);

}  // namespace gradzoo
