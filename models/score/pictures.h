#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/score/network.h"
#include "models/score/samples.h"

namespace gradzoo {

/// Draws rows of ends of chains and rows of their denoised versions in turn, for at most 50 samples.
Picture score_raw_and_denoised(const ScoreSamples& samples, const DataShape& shape);

/// Draws samples over the true density, and for an energy the learned and the true density.
Picture score_toy_snapshot(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy,
                           const Tensor& samples);
/// Draws the learned and the true score; empty unless the toy is in the plane and has a known density.
std::vector<Picture> score_plane_pictures(const ScoreNetwork& network, const ScoreTask& task, const Toy& toy);

}  // namespace gradzoo
