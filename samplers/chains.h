#pragma once

#include <string_view>
#include <vector>

#include "autograd/random.h"
#include "samplers/target.h"

namespace gradzoo {

enum class SamplerKind {
  mh,    // random-walk Metropolis-Hastings: x' = x + step z
  ula,   // unadjusted Langevin
  mala,  // Langevin as a proposal, corrected by Metropolis-Hastings (Roberts & Tweedie 1996)
};
/// "mh", "ula" or "mala"; throws Error naming the nearest for any other.
SamplerKind parse_sampler(std::string_view name);
std::string_view sampler_name(SamplerKind kind);

/// What e means in a Langevin step. Both target exp f; e of `full` is half the e of `half`.
enum class StepConvention {
  full,  // x' = x + e grad f + sqrt(2e) z  (Roberts & Tweedie 1996)
  half,  // x' = x + e/2 grad f + sqrt(e) z  (Song & Ermon 2019; the lectures)
};

struct ChainOptions {
  SamplerKind kind = SamplerKind::ula;
  double step = 0.01;    // mh: standard deviation of a proposal; Langevin: e. Above 0
  int64_t steps = 1000;  // transitions a chain, warm-up included: 1 or more
  int64_t warmup = 0;    // transitions that the diagnostics leave out: below steps
  StepConvention convention = StepConvention::full;
  double noise_scale = 1;  // ula alone: factor on the noise; 1 samples exp f, 0 climbs to a mode
};

/// Where chains ended and how they went.
struct ChainResult {
  Tensor x;                             // (B, d)
  double acceptance;                    // mean over chains and transitions after warm-up; 1 for ula
  std::vector<std::string> statistics;  // names of what was traced: "log_prob", "x0", "x1" or "mean", "norm"
  std::vector<double> ess;              // effective sample size of each, all chains together
  std::vector<double> rhat;             // split R-hat of each (Gelman et al. 2013)
  int64_t gradients;                    // evaluations of the score, a chain
};

/// Runs B chains from x0 (B, d). Nothing is recorded. Throws Error for a step or count that is not above 0,
/// where the target lacks what the sampler needs, where log_prob or score is not finite at the start, and
/// where chains explode: the message names a step to try.
ChainResult run_chains(const Target& target, const Tensor& x0, const ChainOptions& options, Rng& rng);

/// One transition of every chain, for samplers inside a training step: returns x', changes `value` (what
/// value_and_score gave at x) to that at x', and adds the share that moved to `accepted` where not null.
Tensor transition(const Target& target, const Tensor& x, PointValue& value, const ChainOptions& options,
                  Rng& rng, double* accepted = nullptr);

}  // namespace gradzoo
