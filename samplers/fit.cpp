#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/samplers/registry.h"
#include "gradzoo/samplers/target.h"
#include "samplers/domain.h"

namespace gradzoo {
namespace {

bool has_conditionals(const Target& target) {
  return target.conditionals.hidden && target.conditionals.visible;
}

// Why a sampler of these needs cannot walk on it; "" where it can.
std::string_view lack(unsigned needs, const Target& target) {
  const bool is_binary = (needs & kNeedsBinary) != 0;
  if (target.binary && !is_binary) return "samples continuous x, and the target is binary";
  if (!target.binary && is_binary) return "flips bits, and the target is continuous";
  if ((needs & kNeedsConditionals) != 0 && !has_conditionals(target))
    return "draws one side given the other, and the target has no conditionals";
  if ((needs & kNeedsLogProb) != 0 && !target.log_prob)
    return target.score ? "needs a log-density, and the target has a score but no log-density"
                        : "needs a log-density, and the target has none";
  if ((needs & kNeedsExtent) != 0 && !has_extent(target))
    return "proposes points of an extent, and the target has none";
  return "";
}

}  // namespace

std::string_view needs_text(unsigned needs) {
  if ((needs & kNeedsConditionals) != 0) return "pair of conditionals";
  if ((needs & kNeedsBinary) != 0) return "log-density of binary x";
  if ((needs & kNeedsExtent) != 0) return "log-density with an extent";
  if (needs == kNeedsLogProb) return "log-density";
  return needs == kNeedsScore ? "score" : "log-density and score";
}

std::string_view target_text(const Target& target) {
  if (target.binary)
    return has_conditionals(target) ? "conditionals of binary x" : "a distribution over binary x";
  if (target.log_prob)
    return has_extent(target) ? "a log-density with an extent" : "a log-density of continuous x";
  return target.score ? "a score but no log-density" : "neither log-density nor score";
}

std::string fitting_samplers(const Target& target) {
  if (!target.log_prob && !target.score && !has_conditionals(target)) return "";
  std::vector<std::string_view> names;
  for (const SamplerEntry& entry : sampler_registry()) {
    if (lack(entry.needs, target).empty()) names.push_back(entry.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string why_unfit(std::string_view name, unsigned needs, const Target& target) {
  if (!target.log_prob && !target.score && !has_conditionals(target))
    return "the target has neither log-density nor score. Hint: set Target::log_prob or Target::score";
  const std::string_view why = lack(needs, target);
  if (why.empty()) return "";
  const std::string fitting = fitting_samplers(target);
  return fmt::format("{}: it {}. Hint: {}", name, why,
                     fitting.empty() ? "set Target::log_prob" : "samplers for this target: " + fitting);
}

}  // namespace gradzoo
