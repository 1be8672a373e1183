#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gradzoo {

/// How many single-character insertions, deletions, replacements and swaps of neighbours turn `a` into `b`
/// (optimal string alignment).
int64_t edit_distance(std::string_view a, std::string_view b);

/// The hint for a name that isn't known: "Hint: did you mean 'mnist'?" where a known name is near (a third of
/// its letters may differ, at least one, or the word is its beginning), else "Hint: one of fashion, mnist".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace gradzoo
