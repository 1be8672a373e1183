#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// Every sampler, in the order of the list.
const std::deque<SamplerEntry>& sampler_registry();
/// Adds a program's own sampler, before the program uses the list. Throws Error if the name is taken.
void add_sampler(SamplerEntry entry);

/// "mh, ula, mala, ...".
std::string sampler_names();
/// Throws Error naming the nearest for an unknown name.
const SamplerEntry& find_sampler(std::string_view name);

/// "" if the target has what is needed; otherwise a sentence that says what is missing, begins with `name`
/// and ends with a hint that names the samplers that fit.
std::string why_unfit(std::string_view name, unsigned needs, const Target& target);

/// The samplers of the list that fit this target, such as "ula, annealed"; "" if none does.
std::string fitting_samplers(const Target& target);

}  // namespace gradzoo
