#pragma once

#include <span>
#include <string>
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

/// A line of the list of samplers.
struct SamplerInfo {
  SamplerKind kind;
  std::string name;
  std::string needs;   // "log-density and score"
  std::string moves;   // the transition, as a line
  std::string source;  // paper
};
std::span<const SamplerInfo> known_samplers();
/// "" where the sampler can walk on the target, else why not, as a sentence.
std::string why_unfit(SamplerKind kind, const Target& target);

/// What e means in a Langevin step. Both target exp f; e of `full` is half the e of `half`.
enum class StepConvention {
  full,  // x' = x + e grad f + sqrt(2e) z  (Roberts & Tweedie 1996)
  half,  // x' = x + e/2 grad f + sqrt(e) z  (Song & Ermon 2019; the lectures)
};
/// "full" or "half"; throws Error for any other.
StepConvention parse_convention(std::string_view name);

struct ChainOptions {
  SamplerKind kind = SamplerKind::ula;
  double step = 0.01;    // mh: standard deviation of a proposal; Langevin: e. Above 0
  int64_t steps = 1000;  // transitions a chain, warm-up included: 1 or more
  int64_t warmup = 0;    // transitions that the diagnostics leave out: below steps
  StepConvention convention = StepConvention::full;
  double noise_scale = 1;  // ula alone: factor on the noise; 1 samples exp f, 0 climbs to a mode
};

/// Throws Error, naming the option, for a step or count that is not above 0, a warm-up that leaves no step,
/// or noise that the sampler does not take.
void check_options(const ChainOptions& options);

/// Where chains ended and how they went.
struct ChainResult {
  Tensor x;           // (B, d)
  double acceptance;  // mean over chains and transitions after warm-up; 1 for ula
  std::vector<std::string>
      statistics;            // names of what was traced: "x0", "x1", ... or "log_prob", "mean", "norm"
  std::vector<double> ess;   // effective sample size of each, all chains together
  std::vector<double> rhat;  // split R-hat of each (Gelman et al. 2013)
  int64_t gradients;         // evaluations of the score, a chain
};

/// Runs B chains from x0 (B, d). Nothing is recorded, and nothing kept but x and the traced statistics: the
/// coordinates where d <= 4, else log_prob (where known), mean and norm of x; of many chains the first are
/// traced, as many as fit, and the effective sample size is scaled to all. Diagnostics are NaN with fewer
/// than four transitions after warm-up. Throws Error for a step or count that is not above 0, where the
/// target lacks what the sampler needs, where log_prob or score is not finite at the start, and where chains
/// explode: the message names a step to try.
ChainResult run_chains(const Target& target, const Tensor& x0, const ChainOptions& options, Rng& rng);

/// What transition() wants to know of the points x (B, d): value_and_score, or for mh log_prob alone. Throws
/// Error where the sampler does not fit the target.
PointValue evaluate(const Target& target, const Tensor& x, SamplerKind kind);

/// One transition of every chain, for samplers inside a training step: returns x', changes `value` (what
/// evaluate gave at x) to that at x', and adds the share that moved to `accepted` where not null. One
/// evaluation of the target, one draw of rng for the normals and, for mh and mala, one for the uniforms.
/// Points are not checked for being finite; a proposal whose density is not a number is not taken.
Tensor transition(const Target& target, const Tensor& x, PointValue& value, const ChainOptions& options,
                  Rng& rng, double* accepted = nullptr);

}  // namespace gradzoo
