#include "tools/verify/ledger/score/round_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

Tensor RoundMixture::log_joint(const Tensor& x) const {
  const int64_t b = x.dim(0), k = means.dim(0), d = means.dim(1);
  const Tensor apart = reshape(x, {b, 1, d}) - reshape(means, {1, k, d});
  const double log_normaliser = 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi * variance);
  return log(tensor(weights, {1, k}, DType::f64)) - sum(square(apart), 2) * (0.5 / variance) - log_normaliser;
}

Tensor RoundMixture::log_prob(const Tensor& x) const { return logsumexp(log_joint(x), 1); }

Tensor RoundMixture::score(const Tensor& x) const {
  return (matmul(softmax(log_joint(x), 1), means) - x) / variance;
}

RoundMixture RoundMixture::noised(double added) const { return {weights, means, variance + added}; }

Box RoundMixture::box(double widths) const {
  const std::vector<double> centers = means.to_vector();
  const auto d = static_cast<size_t>(means.dim(1));
  Box box{std::vector<double>(d, INFINITY), std::vector<double>(d, -INFINITY)};
  const double margin = widths * std::sqrt(variance);
  for (size_t i = 0; i < centers.size(); ++i) {
    box.low[i % d] = std::min(box.low[i % d], centers[i] - margin);
    box.high[i % d] = std::max(box.high[i % d], centers[i] + margin);
  }
  return box;
}

}  // namespace gradzoo
