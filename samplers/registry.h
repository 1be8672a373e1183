#pragma once

#include <span>
#include <string_view>

#include "samplers/sampler.h"

namespace gradzoo {

/// Every sampler, in the order of the list.
std::span<const SamplerEntry> sampler_registry();

/// Throws Error naming the nearest for an unknown name.
/// "mh, ula, mala": of those that need no more than `needs`.
std::string sampler_names(unsigned needs = kNeedsLogProb | kNeedsScore);
const SamplerEntry& find_sampler(std::string_view name);

/// "log-density", "score" or "log-density and score".
std::string_view needs_text(unsigned needs);

}  // namespace gradzoo
