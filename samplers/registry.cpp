#include "gradzoo/samplers/registry.h"

#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "gradzoo/samplers/kinds/annealed.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/jumps.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"

namespace gradzoo {
namespace {

std::deque<SamplerEntry>& list() {
  static std::deque<SamplerEntry> samplers = {
      random_walk_entry(),
      unadjusted_langevin_entry(),
      adjusted_langevin_entry(),
      hmc_entry(),
      jumps_entry(),
      annealed_entry(),
      flip_entry(),
      gibbs_entry(),
  };
  return samplers;
}

}  // namespace

const std::deque<SamplerEntry>& sampler_registry() { return list(); }

void add_sampler(SamplerEntry entry) { add_named(list(), std::move(entry), "sampler"); }

std::string sampler_names() {
  std::vector<std::string_view> names;
  for (const SamplerEntry& entry : sampler_registry()) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

const SamplerEntry& find_sampler(std::string_view name) {
  return find_named(sampler_registry(), name, "sampler");
}

std::string fitting_samplers(const Target& target) {
  if (!is_given(target)) return "";
  std::vector<std::string_view> names;
  for (const SamplerEntry& entry : sampler_registry())
    if (unmet_need(entry.needs, target).empty()) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string why_unfit(std::string_view name, unsigned needs, const Target& target) {
  if (!is_given(target))
    return "the target has neither log-density nor score. Hint: set Target::log_prob or Target::score";
  const std::string_view why = unmet_need(needs, target);
  if (why.empty()) return "";
  const std::string fitting = fitting_samplers(target);
  return fmt::format("{}: it {}. Hint: {}", name, why,
                     fitting.empty() ? "set Target::log_prob" : "samplers for this target: " + fitting);
}

}  // namespace gradzoo
