#pragma once

#include <span>
#include <vector>

#include "samplers/sampler.h"

/// Annealed importance sampling (Neal 2001): the ratio of two normalising constants by chains along a path of
/// densities from one to the other.
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

}  // namespace gradzoo
