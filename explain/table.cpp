#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "explain/differences.h"
#include "explain/explain.h"
#include "explain/story.h"

namespace gradzoo {
namespace {

using Row = std::vector<std::string>;  // number, name, call, value, adjoint, difference

std::string difference_text(const std::vector<double>& quotients, const Shape& shape) {
  if (quotients.empty()) return "";
  return describe_value(tensor(quotients, shape, DType::f64));
}

Row row_of(const Story& story, int64_t index) {
  const Visit visit = story.visit(index);
  const Tensor& value = trace_of(visit.node).output;
  return {fmt::format("v{}", story.number(visit.node)),
          std::string(value.name()),
          call_of(story, visit.node),
          describe_value(value),
          describe_value(visit.adjoint),
          difference_text(difference_quotients(story, index), value.shape())};
}

}  // namespace

std::string explain_table(const Tape& tape) {
  const Story story = tell_story(tape);
  std::string text;
  std::vector<Row> rows;
  const auto finish = [&] {
    if (!rows.empty()) std::reverse(rows.begin() + 1, rows.end());  // as they were recorded
    text += text_columns(rows);
    rows.clear();
  };
  for (const Step& step : story.steps) {
    if (step.kind == Step::Kind::seed) {
      finish();
      const Tensor& root = trace_of(step.node).output;
      const std::string name =
          root.name().empty() ? fmt::format("v{}", story.number(step.node)) : std::string(root.name());
      text += fmt::format("{}sweep {}, from {}\n", text.empty() ? "" : "\n",
                          story.visit_sweep[static_cast<size_t>(step.visit)], name);
      rows.push_back({"node", "name", "made by", "value", "d " + name + " / d node", "by differences"});
    }
    if (step.kind == Step::Kind::visit) rows.push_back(row_of(story, step.visit));
  }
  finish();
  return text;
}

}  // namespace gradzoo
