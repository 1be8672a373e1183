// Step 6: layers, Adam, implicit score matching: it learns.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "array.h"

namespace course {

/// weight (in, out) and bias (1, out) of each layer, in order: sizes {2, 64, 1} make four arrays. Weights are
/// drawn from N(0, 1 / in), biases are 0.
inline std::vector<Array> initial_parameters(const std::vector<int>& sizes, std::mt19937_64& random) {
  throw NotWritten("initial_parameters");
}

/// log p(x) up to a constant for each row: x (B, d) -> (B, 1). x W + b, with tanh between the layers and no
/// tanh after the last.
inline Array log_density(const std::vector<Array>& parameters, const Array& x) {
  throw NotWritten("log_density, layers with tanh between them");
}

/// Implicit score matching (Hyvarinen 2005): the mean over rows of  sum_j d2 log p / dx_j^2 + |s|^2 / 2  with
/// s = d log p / dx. x (B, d) and the parameters are leaves of one tape; the loss is recorded there.
inline Array score_matching_loss(const std::vector<Array>& parameters, const Array& x) {
  throw NotWritten("score_matching_loss, of score and trace");
}

/// Kingma & Ba 2015, algorithm 1.
struct Adam {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  int steps = 0;
  std::vector<Numbers> m, v;

  /// Replaces the parameters, which are constants, by new ones.
  void step(std::vector<Array>& parameters, const std::vector<Array>& gradients) {
    throw NotWritten("Adam::step");
  }
};

/// One step on these points (B, d): a tape, the loss, its gradients, Adam. Returns the loss before the step.
inline double train_step(std::vector<Array>& parameters, Adam& adam, const Array& points) {
  throw NotWritten("train_step");
}

}  // namespace course
