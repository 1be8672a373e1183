#include "gradzoo/explain/explain.h"

#include <fmt/format.h>

#include "explain/story.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

std::string node_name(const Story& story, int64_t node) { return fmt::format("v{}", story.number(node)); }

std::string saved_names(const Story& story, int64_t node) {
  std::string names;
  for (const SavedValue& saved : saved_values(tape_state().nodes[node])) {
    names += names.empty() ? "   saves " : " ";
    names += saved.slot == kMaxInputs ? node_name(story, node) : operand_of(story, node, saved.slot);
  }
  return names;
}

std::string node_line(const Story& story, int64_t node, std::string_view indent) {
  const Tensor& value = trace_of(node).output;
  return fmt::format("{}{:<5} {:<8} = {:<28} {}{}\n", indent, node_name(story, node), value.name(),
                     call_of(story, node), describe_value(value), saved_names(story, node));
}

std::string visit_lines(const Story& story, int64_t index) {
  const Visit visit = story.visit(index);
  const Node& node = tape_state().nodes[story.first(visit.node)];
  std::string text = fmt::format("  {} {}: adjoint {}\n", node_name(story, visit.node),
                                 words_of(story, visit.node).name, describe_value(visit.adjoint));
  for (int i = 0; i < node.n_inputs; ++i) {
    const Tensor& gradient = visit.gives[static_cast<size_t>(i)];
    if (gradient.defined() && node.inputs[static_cast<size_t>(i)] >= story.begin)
      text += fmt::format("    gives {} to {}\n", describe_value(gradient), operand_of(story, visit.node, i));
  }
  for (int64_t made = visit.made_begin; made < visit.made_end; ++made)
    if (story.is_shown(made)) text += node_line(story, made, "    ");
  return text;
}

std::string dot_escape(std::string_view text) {
  return replaced(text, {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}});
}

std::string dot_node(const Story& story, int64_t node) {
  const Tensor& value = trace_of(node).output;
  const std::string name = value.name().empty() ? node_name(story, node) : std::string(value.name());
  const NodeWords words = words_of(story, node);
  return fmt::format("    {} [label=\"{}{}{}\\n{} = {}\"];\n", node_name(story, node), words.name,
                     words.attributes.empty() ? "" : " ", words.attributes, dot_escape(name),
                     dot_escape(describe_value(value)));
}

std::string dot_edges(const Story& story, int64_t node) {
  const Node& n = tape_state().nodes[story.first(node)];
  std::string text;
  for (int i = 0; i < n.n_inputs; ++i) {
    const int64_t input = n.inputs[static_cast<size_t>(i)];
    if (input >= story.begin)
      text += fmt::format("  {} -> {};\n", node_name(story, input), node_name(story, node));
  }
  if (n.origin >= story.begin) {
    text += fmt::format("  {} -> {} [style=dashed, color=gray, constraint=false];\n",
                        node_name(story, n.origin), node_name(story, node));
  }
  return text;
}

}  // namespace

CodeLine code_line(std::string text) {
  return {std::move(text), tape_state().nodes.size(), static_cast<int64_t>(trace_log().visits.size())};
}

Tensor on_tape(Tensor leaf) {
  track(leaf, "explain");
  return leaf;
}

std::string explain_text(const Tape& tape) {
  const Story story = tell_story(tape);
  std::string text;
  for (const Step& step : story.steps) {
    switch (step.kind) {
      case Step::Kind::record:
        text += node_line(story, step.node, "");
        break;
      case Step::Kind::seed:
        text += fmt::format("sweep {}, from {}\n", story.visit_sweep[static_cast<size_t>(step.visit)],
                            node_name(story, step.node));
        break;
      case Step::Kind::visit:
        text += visit_lines(story, step.visit);
        break;
    }
  }
  return text;
}

std::string explain_dot(const Tape& tape) {
  const Story story = tell_story(tape);
  int last = 0;
  for (int sweep : story.sweeps) last = std::max(last, sweep);
  std::string text = "digraph tape {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=sans];\n";
  for (int sweep = 0; sweep <= last; ++sweep) {
    std::string nodes;
    for (const int64_t node : story.nodes)
      if (story.sweep(node) == sweep) nodes += dot_node(story, node);
    if (nodes.empty()) continue;
    const std::string title =
        sweep == 0 ? "recorded by the program" : fmt::format("recorded by sweep {}", sweep);
    text += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n{}  }}\n", sweep, title, nodes);
  }
  for (const int64_t node : story.nodes) text += dot_edges(story, node);
  return text + "}\n";
}

}  // namespace gradzoo
