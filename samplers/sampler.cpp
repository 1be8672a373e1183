#include <algorithm>
#include <array>

#include "autograd/base/text.h"
#include "samplers/chains.h"

namespace gradzoo {

std::span<const SamplerInfo> known_samplers() {
  static const std::array<SamplerInfo, 3> kSamplers{
      {{SamplerKind::mh, "mh", "log-density", "x' = x + step z, accepted or refused",
        "Metropolis et al. 1953; Hastings 1970"},
       {SamplerKind::ula, "ula", "score", "x' = x + e grad f + sqrt(2e) z",
        "Parisi 1981; Roberts & Tweedie 1996"},
       {SamplerKind::mala, "mala", "log-density and score", "ula's x', accepted or refused",
        "Roberts & Tweedie 1996"}}};
  return kSamplers;
}

SamplerKind parse_sampler(std::string_view name) {
  std::vector<std::string> names;
  for (const SamplerInfo& info : known_samplers()) {
    if (info.name == name) return info.kind;
    names.push_back(info.name);
  }
  throw Error("sampler '{}' is not known. {}", name, did_you_mean(name, names));
}

std::string_view sampler_name(SamplerKind kind) {
  return std::ranges::find(known_samplers(), kind, &SamplerInfo::kind)->name;
}

StepConvention parse_convention(std::string_view name) {
  if (name == "full") return StepConvention::full;
  if (name == "half") return StepConvention::half;
  throw Error("convention '{}' is not known. Hint: full (e with sqrt(2e)) or half (e/2 with sqrt(e))", name);
}

std::string why_unfit(SamplerKind kind, const Target& target) {
  if (!target.log_prob && !target.score) {
    return "the target has neither log-density nor score. Hint: set Target::log_prob or Target::score";
  }
  if (kind == SamplerKind::ula || target.log_prob) return "";
  return fmt::format("{}: the target has a score but no log-density. Hint: ula needs the score alone",
                     sampler_name(kind));
}

}  // namespace gradzoo
