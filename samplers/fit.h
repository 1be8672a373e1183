#pragma once

#include <string>
#include <string_view>

#include "samplers/target.h"

/// Which samplers fit which targets.
namespace gradzoo {

///@{
/// What a sampler needs of a target, as bits. A sampler that does not need binary x needs continuous x.
inline constexpr unsigned kNeedsLogProb = 1, kNeedsScore = 2, kNeedsBinary = 4, kNeedsConditionals = 8,
                          kNeedsExtent = 16;
///@}

/// "log-density", "score", "log-density and score", "log-density with an extent", "log-density of
/// binary x" or "pair of conditionals".
std::string_view needs_text(unsigned needs);

/// What a target has, as the end of a sentence: "a score but no log-density".
std::string_view target_text(const Target& target);

/// "" if the target has what is needed; otherwise a sentence that says what is missing, begins with `name`
/// and ends with a hint that names the samplers that fit.
std::string why_unfit(std::string_view name, unsigned needs, const Target& target);

/// The samplers of the list that fit this target, such as "ula, annealed"; "" if none does.
std::string fitting_samplers(const Target& target);

}  // namespace gradzoo
