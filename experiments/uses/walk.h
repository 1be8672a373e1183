#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/parallel/processes.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/registry.h"

/// Markov chains on a trained model, for `gradzoo sample --sampler`.
namespace gradzoo {

/// A sampler and the length of its chains.
class WalkOptions {
 public:
  /// Reads key=value assignments of the sampler's options, `steps` and `warmup`. By default half of the steps
  /// are warm-up; for samplers with a fixed end, all except the last part. Throws Error for an unknown
  /// sampler or option, and for values out of range.
  WalkOptions(const std::string& sampler, std::span<const std::string> assignments);

  const SamplerEntry& entry() const { return entry_; }
  const ChainOptions& chains() const { return chains_; }
  std::unique_ptr<Sampler> make() const { return options_->make(); }
  const OptionTable& table() const { return table_; }

 private:
  const SamplerEntry& entry_;
  std::unique_ptr<SamplerOptions> options_;
  ChainOptions chains_;
  OptionTable table_;
};

/// Returns the target with an extent: if it has none and the data are a toy, the extent of the toy's box.
Target with_extent(Target target, const DataShape& shape);

/// Throws Error if the sampler cannot run on the target of a model with these options. The hint names a
/// setting that would help, and models of such data that suit the sampler.
void check_fits(const SamplerEntry& sampler, const Target& target, const RunOptions& options,
                const DataShape& shape);

/// Returns the density of a toy as a sampler's target, with the extent of the toy's box. Chains start as on a
/// model of such data, at points with density above 0. Throws Error if the density is unknown, or if the
/// target lacks a function that the sampler needs.
Target density_target(const DataShape& shape, const SamplerEntry& sampler);

/// Returns a target that divides the rows of an evaluation among processes, in blocks (RowBlocks). Each
/// evaluation is a collective call; its result is bit-identical for any number of processes.
Target shared_target(const Target& target, Processes& processes);

/// Chains and their last states in the shape of the model's data; images are clamped to [0, 1].
struct Walk {
  ChainResult chains;
  Tensor samples;  // (n, H, W), (n, H, W, 3) or (n, d)
};
/// Runs n chains in one batch, from the target's initial points, or from noise as wide as the data if the
/// target has none. Coordinates and the sampler's step lengths have the units of the model's inputs.
Walk walk(const Target& target, const DataShape& shape, int64_t n, Sampler& sampler,
          const ChainOptions& chains, uint64_t seed);

/// Returns a text with the acceptance, and for each statistic the effective sample sizes of bulk and tails,
/// R-hat, and the bulk's effective sample size per evaluation of the target.
std::string walk_table(const ChainResult& result, int64_t n, const Sampler& sampler,
                       const ChainOptions& chains);
/// Returns JSON: {"sampler", "chains", "steps", "warmup", "step" (null if there is none), "exact",
/// "acceptance" (null if every move is accepted), "divergences" (null for samplers without divergences),
/// "remarks", "statistics": [{"name", "bulk_ess", "tail_ess", "rhat", "ess_per_evaluation"}]}.
nlohmann::ordered_json walk_json(const ChainResult& result, int64_t n, const Sampler& sampler,
                                 const ChainOptions& chains);

}  // namespace gradzoo
