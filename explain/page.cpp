#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "explain/differences.h"
#include "explain/page_files.h"
#include "explain/story.h"
#include "gradzoo/base/text.h"
#include "gradzoo/explain/explain.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMostValues = 48;  // of a tensor that the page shows in full

// JSON has no number for what is not finite.
Json finite_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json tensor_json(const Story& story, const Tensor& t) {
  Json json{{"name", t.name()}, {"dtype", dtype_name(t.dtype())}, {"node", story.number(t)}};
  json["shape"] = std::vector<int64_t>(t.shape().begin(), t.shape().end());
  const std::vector<double> values = t.to_vector();
  if (t.size() <= kMostValues) {
    json["values"] = Json::array();
    for (double v : values) json["values"].push_back(finite_number(v));
  } else {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    json["range"] = {finite_number(*low), finite_number(*high)};
  }
  return json;
}

Json node_json(const Story& story, int64_t index) {
  const int64_t first = story.first(index);
  const Node& node = tape_state().nodes[first];
  const NodeWords words = words_of(story, index);
  Json json{{"op", words.name},
            {"attributes", words.attributes},
            {"formula", words.formula},
            {"value", tensor_json(story, trace_of(index).output)},
            {"sweep", story.sweep(index)},
            {"order", node.sweep},
            {"origin", story.number(node.origin)},
            {"released", tape_state().nodes[index].state != Node::Saved::kept},
            {"inputs", Json::array()},
            {"saved", Json::array()}};
  for (int i = 0; i < node.n_inputs; ++i) {
    const int64_t input = node.inputs[static_cast<size_t>(i)];
    Json operand = tensor_json(story, trace_of(first).inputs[static_cast<size_t>(i)]);
    operand["node"] = story.number(input);
    json["inputs"].push_back(std::move(operand));
  }
  for (const SavedValue& saved : saved_values(tape_state().nodes[index])) {
    json["saved"].push_back(
        {{"input", saved.slot == kMaxInputs ? -1 : saved.slot}, {"readers", saved.readers}});
  }
  return json;
}

Json visit_json(const Story& story, const Visit& visit) {
  const Node& node = tape_state().nodes[story.first(visit.node)];
  Json json{
      {"adjoint", tensor_json(story, visit.adjoint)}, {"gives", Json::array()}, {"made", Json::array()}};
  for (int i = 0; i < node.n_inputs; ++i) {
    const auto k = static_cast<size_t>(i);
    if (!visit.gives[k].defined() || node.inputs[k] < story.begin) continue;
    json["gives"].push_back({{"input", i},
                             {"to", story.number(node.inputs[k])},
                             {"gradient", tensor_json(story, visit.gives[k])},
                             {"total", tensor_json(story, visit.totals[k])}});
  }
  for (int64_t made = visit.made_begin; made < visit.made_end; ++made)
    if (story.is_shown(made)) json["made"].push_back(story.number(made));
  return json;
}

// The last line that had begun when the step happened, -1 before the first.
int line_of(const Step& step, const std::vector<CodeLine>& code) {
  int line = -1;
  for (const CodeLine& candidate : code) {
    const bool begun = step.kind == Step::Kind::record
                           ? candidate.node <= step.node && candidate.visit <= step.visit
                           : candidate.visit <= step.visit;
    if (!begun) break;
    ++line;
  }
  return line;
}

Json step_json(const Story& story, const Step& step, const std::vector<CodeLine>& code) {
  Json json{{"node", story.number(step.node)}, {"line", line_of(step, code)}};
  if (step.kind == Step::Kind::record) {
    json["kind"] = "record";
    return json;
  }
  json["kind"] = step.kind == Step::Kind::seed ? "seed" : "visit";
  json["sweep"] = story.visit_sweep[static_cast<size_t>(step.visit)];
  json.update(visit_json(story, story.visit(step.visit)));
  if (step.kind == Step::Kind::seed) return json;
  const Differences differences = differences_of(story, step.visit);
  for (const double quotient : differences.quotients) json["differences"].push_back(finite_number(quotient));
  if (!differences.remark.empty()) json["remark"] = differences.remark;
  return json;
}

// As it may stand in a script element: no `<`, so neither its end nor a comment's beginning.
std::string script_data(const Json& json) {
  return replaced(json.dump(-1, ' ', false, Json::error_handler_t::replace), {{'<', "\\u003c"}});
}

}  // namespace

std::string explain_html(const Tape& tape, const ExplainPage& page) {
  const Story story = tell_story(tape);
  Json json{{"title", page.title},
            {"summary", page.summary},
            {"code", Json::array()},
            {"nodes", Json::array()},
            {"steps", Json::array()}};
  for (const CodeLine& line : page.code) json["code"].push_back(line.text);
  for (const int64_t node : story.nodes) json["nodes"].push_back(node_json(story, node));
  for (const Step& step : story.steps) json["steps"].push_back(step_json(story, step, page.code));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>A tape, step by step</title>\n<style>{}</style>\n</head>\n<body>\n{}<script "
      "type=\"application/json\" id=\"tape\">{}</script>\n<script>{}{}{}</script>\n</body>\n</html>\n",
      kExplainStyle, kExplainBody, script_data(json), kExplainDrawing, kExplainWords, kExplainScript);
}

}  // namespace gradzoo
