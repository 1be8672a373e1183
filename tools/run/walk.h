#pragma once

#include <cstdint>
#include <string>

#include "datasets/dataset.h"
#include "models/registry.h"
#include "samplers/chains.h"

/// Markov chains on a model that was trained: what `gradzoo sample --sampler` does.
namespace gradzoo {

/// The sampler's settings at their defaults: step, steps, warmup, and for Langevin convention and noise.
Settings sampler_settings(SamplerKind kind);
/// Settings as options. Half of the steps are warm-up where none is chosen.
ChainOptions chain_options(SamplerKind kind, const Settings& settings);

/// Throws Error where the sampler cannot walk on the target of a model of this name; the hint names the
/// models that it fits.
void check_fits(SamplerKind kind, const Target& target, const std::string& model);

/// Chains and where they ended, in the shape in which the model's data come: images clamped to [0,1].
struct Walk {
  ChainResult chains;
  Tensor samples;  // (n, H, W) or (n, d)
};
/// n chains in one batch, from where the target says; else from noise as wide as the data.
Walk walk(const Target& target, const DataShape& shape, int64_t n, const ChainOptions& options,
          uint64_t seed);

/// What is printed of it: acceptance, and for each statistic the effective sample size, split R-hat and the
/// effective sample size of one evaluation of the target.
std::string walk_table(const ChainResult& chains, int64_t n, const ChainOptions& options);

}  // namespace gradzoo
