#include "samplers/registry.h"

#include <vector>

#include <fmt/ranges.h>

#include "samplers/kinds/langevin.h"
#include "samplers/kinds/random_walk.h"

namespace gradzoo {

std::span<const SamplerEntry> sampler_registry() {
  static const SamplerEntry kSamplers[] = {
      random_walk_entry(),
      unadjusted_langevin_entry(),
      adjusted_langevin_entry(),
  };
  return kSamplers;
}

std::string sampler_names(unsigned needs) {
  std::vector<std::string_view> names;
  for (const SamplerEntry& entry : sampler_registry()) {
    if ((entry.needs & ~needs) == 0) names.push_back(entry.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

const SamplerEntry& find_sampler(std::string_view name) {
  return find_named(sampler_registry(), name, "sampler");
}

std::string_view needs_text(unsigned needs) {
  if (needs == kNeedsLogProb) return "log-density";
  return needs == kNeedsScore ? "score" : "log-density and score";
}

}  // namespace gradzoo
