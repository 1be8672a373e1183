#pragma once

#include <string>
#include <string_view>

#include "samplers/target.h"

/// Which samplers walk on which targets.
namespace gradzoo {

/// What a sampler asks of a target. One that does not need binary x moves through numbers, and refuses it.
inline constexpr unsigned kNeedsLogProb = 1, kNeedsScore = 2, kNeedsBinary = 4, kNeedsConditionals = 8;

/// "log-density", "score", "log-density and score", "log-density of binary x" or "pair of conditionals".
std::string_view needs_text(unsigned needs);

/// What a target has, as the end of a sentence: "a score but no log-density".
std::string_view target_text(const Target& target);

/// "" where the target has what is needed, else why not, as a sentence that begins with `name` and a hint
/// that names the samplers that fit.
std::string why_unfit(std::string_view name, unsigned needs, const Target& target);

/// "ula, annealed": of the list, those that walk on this target; "" where none does.
std::string fitting_samplers(const Target& target);

}  // namespace gradzoo
