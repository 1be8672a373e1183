#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The length of chains.
struct ChainOptions {
  int64_t steps = 1000;                   ///< transitions a chain, warm-up included: 1 or more
  int64_t warmup = 0;                     ///< transitions that the diagnostics leave out: below steps
  std::function<void(double)> done = {};  ///< receives the share that is done
};

/// Throws Error for a count that is not above 0, and for more warm-up than steps; `sampler` begins the
/// message.
void check_chain_options(const ChainOptions& options, std::string_view sampler);

/// The last states of chains, and their diagnostics.
struct ChainResult {
  Tensor x;           ///< (B, d)
  double acceptance;  ///< mean over chains and transitions after warm-up; 1 where every move is taken
  std::vector<std::string>
      statistics;           ///< names of what was traced: "x0", "x1", ... or "log_prob", "mean", "norm"
  std::vector<double> ess;  ///< effective sample size of each in the bulk of its law, all chains together
  std::vector<double> tail_ess;  ///< and in its tails, the lesser of the two
  std::vector<double> rhat;      ///< rank-normalised split R-hat of each (Vehtari et al. 2021)
  int64_t evaluations;           ///< of the target, a chain
};

///@{
/// Runs B chains from x0 (B, d). Nothing is recorded. Only x and the traced statistics are kept: the
/// coordinates if d <= 4, otherwise log_prob (if known), mean and norm of x. If there are too many chains
/// only the first are traced, and the effective sample size is scaled to all. Diagnostics are NaN with fewer
/// than four transitions after warm-up. Throws Error for a count that is not above 0, if the target lacks
/// what the sampler needs, if log_prob or score is not finite at the start, and if chains diverge; the
/// message then suggests a step.
ChainResult run_chains(const Target& target, const Tensor& x0, Sampler& sampler, const ChainOptions& options,
                       Rng& rng);
inline ChainResult run_chains(const Target& target, const Tensor& x0, Sampler&& sampler,
                              const ChainOptions& options, Rng& rng) {
  return run_chains(target, x0, sampler, options, rng);
}
///@}

}  // namespace gradzoo
