#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "explain/differences.h"
#include "explain/story.h"
#include "gradzoo/base/text.h"
#include "gradzoo/explain/explain.h"

namespace gradzoo {
namespace {

using Row = std::vector<std::string>;  // number, name, call, value, adjoint, difference

std::string difference_text(const Differences& found, const Shape& shape) {
  if (found.quotients.empty()) return "";
  if (found.quotients.size() == 1 && !found.remark.empty()) return found.remark;
  const std::string values = describe_value(tensor(found.quotients, shape, DType::f64));
  return found.remark.empty() ? values : fmt::format("{}; {}", values, found.remark);
}

Row row_of(const Story& story, int64_t index) {
  const Visit visit = story.visit(index);
  const Tensor& value = trace_of(visit.node).output;
  return {fmt::format("v{}", story.number(visit.node)),
          std::string(value.name()),
          call_of(story, visit.node),
          describe_value(value),
          describe_value(visit.adjoint),
          difference_text(differences_of(story, index), value.shape())};
}

// The element that a sweep begins from where its seed is 1 there and 0 elsewhere, else -1.
int64_t one_element(const Tensor& seed) {
  const std::vector<double> values = seed.to_vector();
  const auto one = std::ranges::find(values, 1.0);
  const bool alone =
      values.size() > 1 && one != values.end() && std::ranges::count(values, 0.0) == std::ssize(values) - 1;
  return alone ? one - values.begin() : -1;
}

}  // namespace

std::string explain_table(const Tape& tape) {
  const Story story = tell_story(tape);
  std::string text;
  std::vector<Row> rows;
  int64_t shown = -1;  // the root of which an element's sweep has been shown
  bool again = false;
  const auto finish = [&] {
    if (!rows.empty()) std::reverse(rows.begin() + 1, rows.end());  // as they were recorded
    text += text_columns(rows);
    rows.clear();
  };
  for (const Step& step : story.steps) {
    if (step.kind == Step::Kind::seed) {
      finish();
      const Tensor& root = trace_of(step.node).output;
      std::string name =
          root.name().empty() ? fmt::format("v{}", story.number(step.node)) : std::string(root.name());
      const int64_t element = one_element(trace_log().visits[static_cast<size_t>(step.visit)].adjoint);
      if (element >= 0) name += element_place(root.shape(), element);
      again = element >= 0 && shown == step.node;
      shown = element >= 0 ? step.node : -1;
      text += fmt::format("{}sweep {}, from {}{}\n", text.empty() || again ? "" : "\n",
                          story.visit_sweep[static_cast<size_t>(step.visit)], name,
                          again ? ", goes the same way" : "");
      if (!again)
        rows.push_back({"node", "name", "made by", "value", "d " + name + " / d node", "by differences"});
    }
    if (step.kind == Step::Kind::visit && !again) rows.push_back(row_of(story, step.visit));
  }
  finish();
  return text;
}

}  // namespace gradzoo
