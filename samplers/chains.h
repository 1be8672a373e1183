#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The length of chains.
struct ChainOptions {
  int64_t steps = 1000;                   ///< transitions per chain, warm-up included: 1 or more
  int64_t warmup = 0;                     ///< transitions that the diagnostics omit: below steps
  std::function<void(double)> done = {};  ///< callback for the completed share
};
/// Throws Error if `steps` is not above 0 or the warm-up is too long; `sampler` begins the message.
void check_chain_options(const ChainOptions& options, std::string_view sampler);

/// The last states of chains, and their diagnostics.
struct ChainResult {
  Tensor x;           ///< (B, d)
  double acceptance;  ///< mean over chains and transitions after warm-up; 1 if every move is accepted
  std::vector<std::string> statistics;  ///< traced statistics: "x0", "x1", ... or "log_prob", "mean", "norm"
  std::vector<double> ess;              ///< bulk effective sample size per statistic, of all chains together
  std::vector<double> tail_ess;         ///< tail effective sample size per statistic, of the worse tail
  std::vector<double> rhat;             ///< rank-normalised split R-hat per statistic (Vehtari et al. 2021)
  int64_t evaluations;                  ///< evaluations of the target per chain
};

///@{
/// Runs B chains from x0 (B, d). Nothing is recorded. Only x and the traced statistics are kept: the
/// coordinates if d <= 4, otherwise log_prob (if known), mean and norm of x. If there are too many chains,
/// only the first are traced, and the effective sample size is scaled to all. Diagnostics are NaN with fewer
/// than four transitions after warm-up. Throws Error if the options are invalid, if the target does not meet
/// the sampler's needs, if log_prob or score is not finite at the start, or if chains diverge; the message
/// then suggests a step.
ChainResult run_chains(const Target& target, const Tensor& x0, Sampler& sampler, const ChainOptions& options,
                       Rng& rng);
inline ChainResult run_chains(const Target& target, const Tensor& x0, Sampler&& sampler,
                              const ChainOptions& options, Rng& rng) {
  return run_chains(target, x0, sampler, options, rng);
}
///@}

}  // namespace gradzoo
