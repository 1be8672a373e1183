#pragma once

#include <span>
#include <string_view>

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// Every sampler, in the order of the list.
std::span<const SamplerEntry> sampler_registry();

/// "mh, ula, mala, ...".
std::string sampler_names();
/// Throws Error naming the nearest for an unknown name.
const SamplerEntry& find_sampler(std::string_view name);

}  // namespace gradzoo
