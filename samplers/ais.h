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

  /// log f_to(x) - log f_from(x) of every chain, (B) f64; then moves x (B, d) by a kernel that leaves f_to
  /// invariant. `from` may be larger than `to`: chains go in both directions.
  virtual Tensor advance(Tensor& x, double from, double to, Rng& rng) = 0;
};

/// The estimate of log Z_end - log Z_begin from chains with log-weights w.
struct AisEstimate {
  double log_ratio;                          ///< logmeanexp of w: its exponential is unbiased
  double error;                              ///< standard error of log_ratio, by the delta method
  double ess;                                ///< (sum e^w)^2 / sum e^2w over the number of chains, in (0, 1]
  Tensor log_weights;                        ///< (B) f64
  std::vector<double> recorded_betas;        ///< at which history speaks: the first, the last, some between
  std::vector<std::vector<double>> history;  ///< of some chains' w, one entry a temperature that is kept
  Tensor x;                                  ///< (B, d): where they ended

  /// Whether so few chains carry the estimate that its error is too small, and it is not to be trusted.
  bool is_of_few() const { return ess < 0.1; }
};

/// What chains with these log-weights, (B) f64, say: all but where they went.
AisEstimate ais_estimate(const Tensor& log_weights);

/// Chains start at x, exact samples of f_betas.front(), and visit betas: two or more, increasing or
/// decreasing. Increasing, log_ratio is below log Z_1 - log Z_0 on average (Jensen); decreasing, from exact
/// samples of f_1, minus it is above (Burda, Grosse & Salakhutdinov 2015). Throws Error for fewer than two
/// temperatures, for one outside [0, 1], and if a weight is NaN.
AisEstimate annealed_importance_sampling(AnnealingPath& path, const Tensor& x, std::span<const double> betas,
                                         Rng& rng);

/// What a model knows about its Z beforehand.
struct Partition {
  std::shared_ptr<AnnealingPath> path = {};         ///< from a density whose Z is known to the model's
  double begin_log_z = 0;                           ///< log Z of where the path begins
  std::function<Tensor(int64_t, Rng&)> begin = {};  ///< n exact samples of the former
  /// n samples of the model: exact ones if `exact` is set, otherwise the ends of long chains.
  std::function<Tensor(int64_t, Rng&)> end = {};
  std::function<double()> exact = {};  ///< log Z by enumeration; empty where that is out of reach
  std::string cost = "";               ///< what enumeration would take
};

/// How long annealing takes.
struct AnnealingOptions {
  int64_t chains = 100;           ///< runs side by side
  int64_t temperatures = 10'000;  ///< from 0 to 1, along the path

  void describe(OptionTable& options);
};

/// `count` temperatures from 0 to 1 in equal steps. Throws Error below 2.
std::vector<double> temperatures_up(int64_t count);

/// The estimate of log Z by annealing.
struct LogPartition {
  double value;           ///< of log Z
  AisEstimate annealing;  ///< what it was made of
};
/// Forward, from exact samples: below log Z on average. `done` receives the share that is done.
LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                       const std::function<void(double)>& done = {});
/// Reverse, from samples of the model: above log Z on average if those are exact.
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

  /// f_beta as a target, 0 <= beta <= 1; this path must outlive it.
  Target at(double beta) const;

 private:
  Target from_, to_;
  Sampler& sampler_;
  int64_t transitions_;
};

}  // namespace gradzoo
