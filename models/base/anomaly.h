#pragma once

#include <string>

#include "samplers/target.h"

namespace gradzoo {

/// How little a model expects examples.
struct AnomalyScores {
  Tensor scores;          // (n): the higher, the less expected
  std::string statistic;  // what they are
};

/// By what chains could walk on, x (n, d):
/// - -log p(x) up to its constant, of a density of noisy data the mean over draws of that noise;
/// - where there is a score alone, of noisy data: what is wrong after such noise was added and taken off
///   again, |D(x + t z) - x|^2, which is the loss of denoising score matching; without noise |s(x)|^2.
/// Throws Error where the target has none of these.
AnomalyScores anomaly_by(const Target& target, const Tensor& x, Rng& rng);

}  // namespace gradzoo
