#include "tools/cli/completion.h"

#include <algorithm>

#include <fmt/format.h>

namespace gradzoo {
namespace {

const CommandArgument* option_named(const CommandPage& page, const std::string& word) {
  for (const CommandArgument& argument : page.arguments)
    if (!argument.positional && std::ranges::find(argument.names, word) != argument.names.end())
      return &argument;
  return nullptr;
}

bool takes_value(const CommandPage& page, const std::string& word) {
  const CommandArgument* const option = option_named(page, word);
  return option != nullptr && !option->placeholder.empty();
}

// The positional that comes after these words.
const CommandArgument* next_positional(const CommandPage& page, const std::vector<std::string>& before) {
  size_t given = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    if (takes_value(page, before[i]))
      ++i;
    else if (!before[i].starts_with('-'))
      ++given;
  }
  const CommandArgument* last = nullptr;
  for (const CommandArgument& argument : page.arguments) {
    if (!argument.positional) continue;
    last = &argument;
    if (given-- == 0) return last;
  }
  return last != nullptr && last->repeats ? last : nullptr;
}

Candidates values_of(const CommandArgument& argument, const std::string& partial) {
  if (argument.values) return argument.values(partial);
  const std::string& what = argument.positional ? argument.names.front() : argument.placeholder;
  for (const char* const files : {"FILE", "PATH"})
    if (what.find(files) != std::string::npos) return {files_of_shell()};
  if (what.find("DIR") != std::string::npos || what.find("FOLDER") != std::string::npos)
    return {folders_of_shell()};
  return {};
}

Candidates option_names(const CommandPage& page) {
  Candidates names;
  for (const CommandArgument& argument : page.arguments)
    if (!argument.positional) names.push_back({argument.names.back(), argument.meaning});
  return names;
}

}  // namespace

std::string candidate_lines(const Candidates& candidates, const std::string& partial) {
  std::string lines;
  for (const auto& [word, meaning] : candidates)
    if (word.empty() || word.starts_with(partial)) lines += fmt::format("{}\t{}\n", word, meaning);
  return lines;
}

size_t words_that_wait(const CommandPage& page, const std::vector<std::string>& words) {
  return words.size() > 1 && takes_value(page, words[words.size() - 2]) ? 1 : 0;
}

std::string completion_lines(const CommandPage& page, const std::vector<std::string>& words) {
  const std::string partial = words.empty() ? "" : words.back();
  const std::vector<std::string> before(words.begin(), words.end() - (words.empty() ? 0 : 1));
  if (!before.empty() && takes_value(page, before.back()))
    return candidate_lines(values_of(*option_named(page, before.back()), partial), partial);
  const size_t equals = partial.find('=');  // --data=mn
  if (partial.starts_with("--") && equals != std::string::npos) {
    const std::string name = partial.substr(0, equals), begun = partial.substr(equals + 1);
    if (!takes_value(page, name)) return "";
    Candidates values = values_of(*option_named(page, name), begun);
    for (Candidate& value : values)
      if (!value.word.empty()) value.word.insert(0, name + "=");
    return candidate_lines(values, partial);
  }
  if (partial.starts_with('-')) return candidate_lines(option_names(page), partial);
  if (const CommandArgument* const positional = next_positional(page, before))
    return candidate_lines(values_of(*positional, partial), partial);
  return candidate_lines(option_names(page), partial);
}

}  // namespace gradzoo
