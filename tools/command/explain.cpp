#include <span>

#include <fmt/format.h>

#include "autograd/base/atomic_file.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/explain_examples.h"

namespace gradzoo {
namespace {

void list_examples() {
  for (const ExplainExample& example : explain_examples())
    fmt::print("  {:<16} {}\n", example.name, example.title);
  fmt::print(
      "\ngradzoo explain EXAMPLE prints one as text; --html FILE makes the page that steps through it\n");
}

void write_text(const std::string& path, const std::string& text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
  fmt::print("wrote {}\n", path);
}

}  // namespace

int explain_command(const Arguments& arguments) {
  std::string name, dot, html;
  bool list = false;
  CommandLine line("explain", "Shows a small computation and its gradients, node by node.");
  line.positional("EXAMPLE", name, "which one; none lists them", false);
  line.option("--dot", "FILE", dot, "write the graph for Graphviz: dot -Tsvg FILE");
  line.option("--html", "FILE", html, "write a page that steps through it, forwards and backwards");
  line.flag("--list", list, "list the examples");
  if (!line.parse(arguments)) {
    fmt::print("{}examples:\n", line.help());
    list_examples();
    return 0;
  }
  if (list || (name.empty() && dot.empty() && html.empty())) {
    list_examples();
    return 0;
  }
  const Explanation explanation = explain_example(name);
  if (!dot.empty()) write_text(dot, explanation.dot);
  if (!html.empty()) write_text(html, explanation.html);
  if (dot.empty() && html.empty()) fmt::print("{}", explanation.text);
  return 0;
}

}  // namespace gradzoo
