#pragma once

#include <string>

#include "samplers/target.h"

namespace gradzoo {

/// Anomaly scores of examples.
struct AnomalyScores {
  Tensor scores;          ///< (n): the higher, the less expected
  std::string statistic;  ///< what they are
};

/// By a target, x (n, d):
/// - -log p(x) up to its constant, of a density of noisy data the mean over draws of that noise;
/// - with only a score, of noisy data: the error after such noise was added and removed again,
///   |D(x + t z) - x|^2, which is the loss of denoising score matching; without noise |s(x)|^2.
/// Throws Error if the target has none of these.
AnomalyScores anomaly_by(const Target& target, const Tensor& x, Rng& rng);

}  // namespace gradzoo
