#pragma once

#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// p(z) = sum_k w_k N(z; mean_k, covariance_k), all f64.
struct GaussianMixture {
  Tensor weights;      ///< (k), their sum 1; 0 of an empty component
  Tensor means;        ///< (k, d)
  Tensor covariances;  ///< (k, d, d)

  /// Room for k components in d dimensions: zeros, no density yet.
  static GaussianMixture with_room(int64_t k, int64_t d);
  int64_t components() const { return means.dim(0); }  ///< k
  int64_t dimensions() const { return means.dim(1); }  ///< d
  /// log p(z) of every row of z (n, d): (n) f64, differentiable in z.
  Tensor log_prob(const Tensor& z) const;
  /// n draws: (n, d) f64.
  Tensor sample(int64_t n, Rng& rng) const;
  /// Names its tensors, under `prefix`.
  void add_to(State& state, const std::string& prefix);
  /// Takes another's values, in place; components that the other one lacks weigh nothing. Throws Error where
  /// it has more.
  void assign(const GaussianMixture& other);
};

/// How many components, and when to stop.
struct MixtureOptions {
  int64_t components = 100;  ///< at most: no more than there are rows
  int64_t rounds = 40;       ///< of EM, at most
  double ridge = 1e-4;       ///< variance of the noise that the rows are taken with, in every direction
  double tolerance = 1e-4;   ///< nats: ends where a round gains less
};

/// What was fitted, and how it went.
struct MixtureFit {
  GaussianMixture mixture;  ///< of the last round
  /// After k-means and after each round, the mean over the rows of what EM raises, nats: log sum_k w_k
  /// exp E[log N(z + noise; mean_k, covariance_k)], noise ~ N(0, ridge I). It never falls.
  std::vector<double> objective;
};

/// The mixture that makes rows z (n, d) likely, by EM (Dempster, Laird & Rubin 1977) from the clusters of
/// kmeans. The ridge keeps covariances from vanishing on single rows, duplicates and flat data. Throws Error
/// where there are no rows, or one is not finite.
MixtureFit fit_mixture(const Tensor& z, const MixtureOptions& options, Rng& rng);

}  // namespace gradzoo
