#include "gradzoo/commands/command_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "gradzoo/base/version.h"

namespace gradzoo {
namespace {

// Text that troff sets as it stands: no escape, no request at the begin of a line.
std::string roff(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";  // a plain one is set as a hyphen, which nobody can copy into a shell
    else
      out += c;
    line_begins = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  while (!text.empty() && (text.back() == ':' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string hyphened(std::string name) {
  std::ranges::replace(name, ' ', '-');
  return name.empty() ? "gradzoo" : "gradzoo-" + name;
}

// The first sentence, as `whatis` shows it.
std::string one_line(const std::string& summary) {
  std::string line = summary.substr(0, summary.find(". "));
  while (!line.empty() && line.back() == '.') line.pop_back();
  return line;
}

std::string called(const CommandPage& page) { return page.name.empty() ? "gradzoo" : "gradzoo " + page.name; }

std::string synopsis(const CommandPage& page) {
  std::string text = fmt::format(".B {}\n", roff(called(page)));
  for (const CommandArgument& argument : page.arguments) {
    if (!argument.positional) continue;
    const std::string name = argument.names.front() + (argument.repeats ? "..." : "");
    text += argument.required ? fmt::format(".I {}\n", roff(name)) : fmt::format(".RI [ {} ]\n", roff(name));
  }
  return text + "[options]\n";
}

std::string arguments_of(const CommandPage& page, bool positional) {
  std::string text;
  for (const CommandArgument& argument : page.arguments) {
    if (argument.positional != positional) continue;
    std::string names;
    for (const std::string& name : argument.names)
      names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
    if (!argument.placeholder.empty()) names += fmt::format(" \\fI{}\\fR", roff(argument.placeholder));
    text += fmt::format(".TP\n{}\n{}\n", names, roff(argument.meaning));
  }
  return text;
}

std::string heading(const std::string& title) { return fmt::format(".SH {}\n", roff(title)); }

std::string verbatim(const std::string& text) {
  std::string shown = roff(text);
  if (!shown.ends_with('\n')) shown += '\n';
  return fmt::format(".nf\n{}.fi\n", shown);
}

}  // namespace

std::string examples_text(const std::vector<CommandExample>& examples) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(examples.size());
  for (const CommandExample& example : examples) rows.push_back({example.command, "# " + example.meaning});
  return fmt::format("Examples:\n{}", text_columns(rows));
}

std::string manual_page(const CommandPage& page) {
  std::string text =
      fmt::format(".TH {} 1 \"\" \"gradzoo {}\" \"gradzoo\"\n", roff(upper(hyphened(page.name))), kVersion);
  text +=
      heading("NAME") + fmt::format("{} \\- {}\n", roff(hyphened(page.name)), roff(one_line(page.summary)));
  text += heading("SYNOPSIS") + synopsis(page);
  text += heading("DESCRIPTION") + roff(page.summary) + "\n" + arguments_of(page, true);
  if (const std::string options = arguments_of(page, false); !options.empty())
    text += heading("OPTIONS") + options;
  for (const CommandPage::Section& section : page.sections)
    text += heading(upper(section.title)) + verbatim(section.text());
  text += heading("EXAMPLES");
  for (const CommandExample& example : page.examples)
    text += fmt::format(".TP\n.B {}\n{}\n", roff(example.command), roff(example.meaning));
  if (!page.name.empty()) text += heading("SEE ALSO") + ".BR gradzoo (1)\n";
  return text;
}

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
  for (size_t i = 0; i < before.size(); ++i)
    if (takes_value(page, before[i]))
      ++i;
    else if (!before[i].starts_with('-'))
      ++given;
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
