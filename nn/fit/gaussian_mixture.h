#pragma once

#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// A Gaussian mixture in f64: p(z) = sum_k w_k N(z; mean_k, covariance_k).
struct GaussianMixture {
  Tensor weights;      ///< (k) with sum 1; an empty component has weight 0
  Tensor means;        ///< (k, d)
  Tensor covariances;  ///< (k, d, d)

  /// Returns a mixture of k components in d dimensions with all values 0, for assign() or a checkpoint.
  static GaussianMixture with_room(int64_t k, int64_t d);

  int64_t components() const { return means.dim(0); }  ///< k
  int64_t dimensions() const { return means.dim(1); }  ///< d
  /// Returns log p(z) of every row of z (n, d): (n) f64, differentiable with respect to z.
  Tensor log_prob(const Tensor& z) const;
  /// Returns n samples: (n, d) f64.
  Tensor sample(int64_t n, Rng& rng) const;
  /// Adds the tensors to a State, with names that begin with `prefix`.
  void add_to(State& state, const std::string& prefix);
  /// Copies another mixture's values in place; components that `other` lacks get weight 0. Throws Error if
  /// `other` has more components.
  void assign(const GaussianMixture& other);
};

/// Settings of the fit.
struct MixtureOptions {
  int64_t components = 100;  ///< largest number of components, limited by the number of rows
  int64_t rounds = 40;       ///< largest number of rounds of EM
  double ridge = 1e-4;       ///< variance of the noise that is added to the rows, per dimension
  double tolerance = 1e-4;   ///< smallest gain of a round that continues EM, in nats
};

/// The fitted mixture, and the course of the fit.
struct MixtureFit {
  GaussianMixture mixture;  ///< mixture of the last round
  /// EM's objective after k-means and after each round, in nats: the mean over the rows of log sum_k w_k exp
  /// E[log N(z + noise; mean_k, covariance_k)], with noise ~ N(0, ridge I). It never falls.
  std::vector<double> objective;
};

/// Fits a mixture to rows z (n, d) with EM (Dempster, Laird & Rubin 1977), starting from the clusters of
/// kmeans. The ridge prevents singular covariances of single rows, duplicates and flat data. Throws Error if
/// z has no rows or a value is not finite.
MixtureFit fit_mixture(const Tensor& z, const MixtureOptions& options, Rng& rng);

}  // namespace gradzoo
