#pragma once

#include <span>
#include <vector>

#include "samplers/sampler.h"

/// Annealed importance sampling (Neal 2001): the ratio of two normalising constants by chains that go from
/// one density to the other over many between them.
namespace gradzoo {

/// Densities f_beta from f_0 to f_1, up to their constants, and chains that follow them.
class AnnealingPath {
 public:
  virtual ~AnnealingPath() = default;

  /// log f_to(x) - log f_from(x) of every chain, (B) f64; then moves x (B, d) by a kernel that leaves f_to as
  /// it is. Either may be the larger: chains go both ways.
  virtual Tensor advance(Tensor& x, double from, double to, Rng& rng) = 0;
};

/// What chains with log-weights w say of log Z_end - log Z_begin.
struct AisEstimate {
  double log_ratio;                          // logmeanexp of w: its exponential is unbiased
  double error;                              // standard error of log_ratio, by the delta method
  double ess;                                // (sum e^w)^2 / sum e^2w over the number of chains, in (0, 1]
  Tensor log_weights;                        // (B) f64
  std::vector<double> recorded_betas;        // at which history speaks: the first, the last, some between
  std::vector<std::vector<double>> history;  // of some chains' w, one entry a temperature told
  Tensor x;                                  // (B, d): where they ended
};

/// Chains begin at x, exact samples of f_betas.front(), and go over betas, two or more in order, up or down.
/// Upwards, log_ratio is below log Z_1 - log Z_0 on average (Jensen); downwards, begun at exact samples of
/// f_1, minus it is above (Burda, Grosse & Salakhutdinov 2015). Throws Error for fewer than two temperatures,
/// for one outside [0, 1], and where a weight is not a number.
AisEstimate annealed_importance_sampling(AnnealingPath& path, const Tensor& x, std::span<const double> betas,
                                         Rng& rng);

}  // namespace gradzoo
