#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/samplers/sampler.h"

/// Annealed importance sampling (Neal 2001): the ratio of two normalising constants by chains along a path of
/// densities from one to the other.
///
/// The normalising constant Z of an unnormalised density: by enumeration if possible, otherwise bracketed by
/// annealed importance sampling, forward (below log Z on average) and reverse (above).
namespace gradzoo {

/// Densities f_beta from f_0 to f_1, up to their constants, and chains that follow them.
class AnnealingPath {
 public:
  virtual ~AnnealingPath() = default;

  /// Returns log f_to(x) - log f_from(x) of every chain, (B) f64, and then moves x (B, d) with a kernel that
  /// leaves f_to
  /// invariant. `from` may be larger than `to`: chains run in both directions.
  virtual Tensor advance(Tensor& x, double from, double to, Rng& rng) = 0;
};

/// The estimate of log Z_end - log Z_begin from chains with log-weights w.
struct AisEstimate {
  double log_ratio;                          ///< logmeanexp of w: its exponential is unbiased
  double error;                              ///< standard error of log_ratio, by the delta method
  double ess;                                ///< (sum exp(w))^2 / sum exp(2w) / number of chains, in (0, 1]
  Tensor log_weights;                        ///< (B) f64
  std::vector<double> recorded_betas;        ///< temperatures of the history: first, last, some between
  std::vector<std::vector<double>> history;  ///< w of some chains at each recorded temperature
  Tensor x;                                  ///< (B, d) final states of the chains
  /// Returns true if a few chains dominate the weights: the standard error is then too small to be trusted.
  bool is_of_few() const { return ess < 0.1; }
};

/// Returns the estimate from log-weights (B) f64, without history and final states.
AisEstimate ais_estimate(const Tensor& log_weights);

/// Runs chains from x, exact samples of f_betas.front(), through two or more increasing or decreasing betas.
/// With increasing betas log_ratio is below log Z_1 - log Z_0 on average (Jensen). With decreasing betas,
/// from exact samples of f_1, -log_ratio is above log Z_1 - log Z_0 on average (Burda et al. 2015). Throws
/// Error if there are fewer than two temperatures, if one is outside [0, 1], or if a weight is NaN.
AisEstimate annealed_importance_sampling(AnnealingPath& path, const Tensor& x, std::span<const double> betas,
                                         Rng& rng);

/// The parts of a model that are needed to compute its Z.
struct Partition {
  std::shared_ptr<AnnealingPath> path = {};         ///< path from a density with known Z to the model's
  double begin_log_z = 0;                           ///< log Z of the density where the path begins
  std::function<Tensor(int64_t, Rng&)> begin = {};  ///< exact samples of that density, n -> (n, d)
  /// Returns n samples of the model: exact ones if `exact` is set, otherwise the ends of long chains.
  std::function<Tensor(int64_t, Rng&)> end = {};
  std::function<double()> exact = {};  ///< log Z by enumeration; empty if enumeration is infeasible
  std::string cost = "";               ///< cost of enumeration, as a text
};

/// The length of annealing.
struct AnnealingOptions {
  int64_t chains = 100;           ///< number of parallel chains
  int64_t temperatures = 10'000;  ///< number of temperatures from 0 to 1

  void describe(OptionTable& options);
};

/// Returns `count` temperatures from 0 to 1 in equal steps. Throws Error if `count` is below 2.
std::vector<double> temperatures_up(int64_t count);

/// The estimate of log Z by annealing.
struct LogPartition {
  double value;           ///< estimate of log Z
  AisEstimate annealing;  ///< estimate of the ratio
};
/// Anneals forward, from exact samples: below log Z on average. `done` receives the completed share.
LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                       const std::function<void(double)>& done = {});
/// Anneals in reverse, from samples of the model: above log Z on average if these samples are exact.
LogPartition anneal_down(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                         const std::function<void(double)>& done = {});

/// The geometric path between two densities, f_beta = (1 - beta) f_0 + beta f_1, for any sampler.
class TargetPath : public AnnealingPath {
 public:
  /// Runs `transitions` at each temperature, without warm-up. The sampler must outlive the path. Throws Error
  /// if either target has no log-density, if only one is binary, if domains differ, if the sampler does not
  /// fit the path or does not leave f_beta exactly invariant, or if transitions is below 1.
  TargetPath(const Target& from, const Target& to, Sampler& sampler, int64_t transitions = 1);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// Returns f_beta as a target, 0 <= beta <= 1; the path must outlive the target.
  Target at(double beta) const;

 private:
  Target from_, to_;
  Sampler& sampler_;
  int64_t transitions_;
};

}  // namespace gradzoo
