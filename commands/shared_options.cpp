#include "gradzoo/commands/shared_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

void add_threads(CommandLine& line, int64_t& threads) {
  line.option("--threads", "T", threads,
              "number of threads; the result does not depend on it (default: all cores)", 1, kMaxThreads);
}

void use_threads(int64_t threads) {
  if (threads > 0) set_num_threads(static_cast<int>(threads));
}

void add_seed(CommandLine& line, int64_t& seed, const std::string& meaning) {
  line.option("--seed", "S", seed, meaning, 0, kMostSeed);
}

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
