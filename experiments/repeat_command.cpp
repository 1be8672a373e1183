#include "gradzoo/experiments/repeat_command.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "gradzoo/base/program_name.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

std::string shell_word(const std::string& text) {
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-_./=+,:").find(c) != std::string::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return text;
  return "'" + replaced(text, {{'\'', "'\\''"}}) + "'";
}

std::string word_for(const Option& option) {
  constexpr std::array kOptions = {"data", "epochs", "steps", "batch", "lr", "seed"};
  if (std::ranges::find(kOptions, option.key) != kOptions.end())
    return fmt::format(" --{} {}", option.key, shell_word(option.text()));
  return " --set " + shell_word(option.key + "=" + option.text());
}

// In the order in which they are asked about: the data, then the model's own, since much follows from both.
std::vector<const Option*> leading_first(const RunOptions& options) {
  std::vector<const Option*> all;
  for (const Option& option : options.table().all()) all.push_back(&option);
  std::rotate(all.begin() + 1, all.begin() + static_cast<std::ptrdiff_t>(options.shared()), all.end());
  return all;
}

// The first option that is otherwise than what was named comes to; null where none is.
const Option* first_unnamed(const RunOptions& options, const DataShape& shape,
                            const std::set<const Option*>& named) {
  RunOptions meant(options.entry());
  std::vector<std::string> assignments;
  assignments.reserve(named.size());
  for (const Option* option : named) assignments.push_back(option->key + "=" + option->text());
  meant.assign(assignments);
  meant.complete(shape);
  // Epochs that are asked for go before a model's own number of steps.
  if (options.training.steps == 0 && meant.training.steps > 0) return &options.table().find("epochs");
  for (const Option* option : leading_first(options)) {
    const bool unused = option->key == (options.training.steps > 0 ? "epochs" : "steps");
    if (!unused && !named.contains(option) && meant.table().find(option->key).text() != option->text())
      return option;
  }
  return nullptr;
}

}  // namespace

std::string repeat_command(const RunOptions& options, const DataShape& shape) {
  std::set<const Option*> named;  // in the table's order
  while (const Option* option = first_unnamed(options, shape, named)) named.insert(option);
  std::string command = program_name() + " train " + options.entry().name;
  for (const Option* option : named) command += word_for(*option);
  return command;
}

std::string resume_command(const std::string& directory) {
  return program_name() + " train --resume " + shell_word(directory);
}

std::string report_command_for(const std::string& directory) {
  return program_name() + " report " + shell_word(directory);
}

}  // namespace gradzoo
