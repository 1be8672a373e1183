#include "samplers/registry.h"

#include <vector>

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

const SamplerEntry& find_sampler(std::string_view name) {
  std::vector<std::string> known;
  for (const SamplerEntry& entry : sampler_registry()) {
    if (entry.name == name) return entry;
    known.push_back(entry.name);
  }
  throw_unknown("sampler", name, std::move(known));
}

std::string_view needs_text(unsigned needs) {
  if (needs == kNeedsLogProb) return "log-density";
  return needs == kNeedsScore ? "score" : "log-density and score";
}

}  // namespace gradzoo
