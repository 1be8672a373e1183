#include "tools/cli/command_page.h"

#include <algorithm>
#include <cctype>

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
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
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

}  // namespace gradzoo
