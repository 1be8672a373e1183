#include "tools/cli/options_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gradzoo {

std::string options_table(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    text += fmt::format("  {:<20} {:<12} {}\n", option.key, option.text(), option.meaning);
    if (!option.choices.empty())
      text += fmt::format("  {:<20} {:<12} one of: {}\n", "", "", fmt::join(option.choices, ", "));
  }
  return text;
}

}  // namespace gradzoo
