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

/// Markov chains on a model that was trained: what `gradzoo sample --sampler` does.
namespace gradzoo {

/// A sampler by its name, and how long its chains are.
class WalkOptions {
 public:
  /// By the sampler's own options and `steps` and `warmup`, key=value; half of the steps are warm-up where
  /// none is chosen, and of a walk that has an end all but its last part. Throws Error for an unknown sampler
  /// or option, and for values that make no sense.
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

/// A model's target on data of this shape: a toy's has the extent of its box, unless it has one.
Target with_extent(Target target, const DataShape& shape);

/// Throws Error where the sampler cannot walk on the target of a model with these options; the hint names the
/// setting that would help, and models of such data that it fits.
void check_fits(const SamplerEntry& sampler, const Target& target, const RunOptions& options,
                const DataShape& shape);

/// The density of a toy as the target of this sampler, with the extent of its box. Chains begin as those on a
/// model of such data, where the density is above 0. Throws Error where it is not known, and where the
/// sampler needs what it lacks.
Target density_target(const DataShape& shape, const SamplerEntry& sampler);

/// The same target, whose values at rows are shared out among processes, in blocks (RowBlocks): every
/// evaluation is a collective call, and gives the same bytes however many they are.
Target shared_target(const Target& target, Processes& processes);

/// Chains and where they ended, in the shape in which the model's data come: images clamped to [0,1].
struct Walk {
  ChainResult chains;
  Tensor samples;  // (n, H, W), (n, H, W, 3) or (n, d)
};
/// n chains in one batch, from where the target says; else from noise as wide as the data. They walk in the
/// units in which models see such points, and so are the sampler's lengths.
Walk walk(const Target& target, const DataShape& shape, int64_t n, Sampler& sampler,
          const ChainOptions& chains, uint64_t seed);

/// What is printed of it: acceptance, and for each statistic the effective sample sizes of bulk and tails,
/// R-hat, and the bulk's of one evaluation of the target.
std::string walk_table(const ChainResult& result, int64_t n, const Sampler& sampler,
                       const ChainOptions& chains);
/// The same as JSON: {"sampler", "chains", "steps", "warmup", "step" (null where there is none),
/// "exact", "acceptance" (null where every move is taken), "divergences" (null of a sampler that has none),
/// "remarks", "statistics": [{"name", "bulk_ess", "tail_ess", "rhat", "ess_per_evaluation"}]}.
nlohmann::ordered_json walk_json(const ChainResult& result, int64_t n, const Sampler& sampler,
                                 const ChainOptions& chains);

}  // namespace gradzoo
