// Step 6: layers, Adam, implicit score matching: it learns.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "array.h"

namespace course {

/// weight (in, out) and bias (1, out) of each layer, in turn: sizes {2, 64, 1} make four arrays. Weights are
/// drawn from N(0, 1 / in), biases are 0.
inline std::vector<Array> initial_parameters(const std::vector<int>& sizes, std::mt19937_64& random) {
  // gap: initial_parameters
  std::vector<Array> parameters;
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    std::normal_distribution<double> draw(0, 1 / std::sqrt(sizes[i]));
    Numbers weight(count({sizes[i], sizes[i + 1]}));
    for (double& number : weight) number = draw(random);
    parameters.push_back(constant({sizes[i], sizes[i + 1]}, weight));
    parameters.push_back(filled({1, sizes[i + 1]}, 0));
  }
  return parameters;
  // end
}

/// log p(x) up to a constant, of each row: x (B, d) -> (B, 1). x W + b, with tanh between the layers and none
/// after the last.
inline Array log_density(const std::vector<Array>& parameters, const Array& x) {
  // gap: log_density, layers with tanh between them
  Array h = x;
  for (size_t i = 0; i < parameters.size(); i += 2) {
    if (i > 0) h = tanh(h);
    h = matmul(h, parameters[i]) + parameters[i + 1];
  }
  return h;
  // end
}

/// Implicit score matching (Hyvarinen 2005): the mean over rows of  sum_j d2 log p / dx_j^2 + |s|^2 / 2  with
/// s = d log p / dx. x (B, d) and the parameters are leaves of one tape; the loss is recorded there.
inline Array score_matching_loss(const std::vector<Array>& parameters, const Array& x) {
  // gap: score_matching_loss, of score and trace
  const Array s = grad(log_density(parameters, x), {x}, true)[0];
  Array loss = 0.5 * sum(s * s);
  for (int j = 0; j < x.shape[1]; ++j) {
    Array unit = filled({1, x.shape[1]}, 0);
    Numbers numbers(*unit.values);
    numbers[static_cast<size_t>(j)] = 1;
    unit = constant(unit.shape, numbers);
    loss = loss + sum(grad(sum(s * unit), {x}, true)[0] * unit);
  }
  return loss / x.shape[0];
  // end
}

/// Kingma & Ba 2015, algorithm 1.
struct Adam {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  int steps = 0;
  std::vector<Numbers> m, v;

  /// Replaces the parameters, which are constants, by new ones.
  void step(std::vector<Array>& parameters, const std::vector<Array>& gradients) {
    // gap: Adam::step
    if (steps == 0) {
      m.clear();
      v.clear();
      for (const Array& p : parameters) m.emplace_back(p.values->size(), 0.0), v.push_back(m.back());
    }
    ++steps;
    const double of_m = 1 - std::pow(beta1, steps), of_v = 1 - std::pow(beta2, steps);
    for (size_t k = 0; k < parameters.size(); ++k) {
      Numbers values(*parameters[k].values);
      for (size_t i = 0; i < values.size(); ++i) {
        const double g = gradients[k][i];
        m[k][i] = beta1 * m[k][i] + (1 - beta1) * g;
        v[k][i] = beta2 * v[k][i] + (1 - beta2) * g * g;
        values[i] -= rate * (m[k][i] / of_m) / (std::sqrt(v[k][i] / of_v) + epsilon);
      }
      parameters[k] = constant(parameters[k].shape, values);
    }
    // end
  }
};

/// One step on these points (B, d): a tape, the loss, its gradients, Adam. Gives the loss before the step.
inline double train_step(std::vector<Array>& parameters, Adam& adam, const Array& points) {
  // gap: train_step
  ArrayTape tape;
  std::vector<Array> leaves;
  for (const Array& p : parameters) leaves.push_back(tape.leaf(p));
  const Array loss = score_matching_loss(leaves, tape.leaf(points));
  adam.step(parameters, grad(loss, leaves));
  return loss.item();
  // end
}

}  // namespace course
