#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// Returns all samplers, in the order in which lists show them.
const std::deque<SamplerEntry>& sampler_registry();
/// Adds a program's own sampler; call it before the list is used. Throws Error if the name is taken.
void add_sampler(SamplerEntry entry);
/// Returns the names: "mh, ula, mala, ...".
std::string sampler_names();
/// Returns the sampler with this name. Throws Error with the nearest name if the name is unknown.
const SamplerEntry& find_sampler(std::string_view name);

/// Returns "" if the target meets the needs, and otherwise a sentence that begins with `name`, says what is
/// missing, and ends with a hint with samplers that fit.
std::string why_unfit(std::string_view name, unsigned needs, const Target& target);

/// Returns the names of the samplers that fit the target, such as "ula, annealed"; "" if none fits.
std::string fitting_samplers(const Target& target);

}  // namespace gradzoo
