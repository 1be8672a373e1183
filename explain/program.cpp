#include "gradzoo/explain/program.h"

#include <algorithm>

#include <fmt/format.h>

namespace gradzoo {
namespace {

// "x" of "Tensor x = ..."; "" of a line that declares none.
std::string declared(const std::string& line) {
  constexpr std::string_view kType = "Tensor ";
  if (!line.starts_with(kType)) return "";
  return line.substr(kType.size(), line.find(' ', kType.size()) - kType.size());
}

bool is_leaf(const std::string& line) { return line.find("requires_grad_()") != std::string::npos; }

}  // namespace

std::string whole_program(std::span<const CodeLine> lines) {
  std::string text =
      "#include <iostream>\n\n#include <gradzoo.h>\n\nusing namespace gradzoo;\n\nint main() {\n"
      "  Tape tape;\n";
  for (const CodeLine& line : lines) text += fmt::format("  {}\n", line.text);
  const bool backward =
      std::ranges::any_of(lines, [](const CodeLine& l) { return l.text.starts_with("backward("); });
  for (const CodeLine& line : lines) {
    const std::string name = declared(line.text);
    if (name.empty() || (is_leaf(line.text) && !backward)) continue;
    const std::string shown = name + (is_leaf(line.text) ? ".grad()" : "");
    text += fmt::format("  std::cout << \"{0} = \" << to_string({0}, {{.digits = 12}}) << \"\\n\";\n", shown);
  }
  return text + "}\n";
}

Explanation explanation_of(const Tape& tape, const ExplainPage& page, std::string text) {
  return {std::move(text), explain_dot(tape), explain_html(tape, page), whole_program(page.code)};
}

}  // namespace gradzoo
