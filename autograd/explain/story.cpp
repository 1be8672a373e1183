#include "autograd/explain/story.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/trace.h"

namespace gradzoo {
namespace {

void check_traced(const Tape& tape) {
  const auto traced = static_cast<int64_t>(trace_log().nodes.size());
  for (int64_t i = tape.begin(); i < tape.end(); ++i) {
    if (i >= traced || !trace_of(i).output.defined())
      throw Error(
          fmt::format("explain: node {} of the tape left no trace. Hint: Tape tape({{.trace = true}})",
                      i - tape.begin()));
  }
}

}  // namespace

int64_t Story::number(const Tensor& t) const {
  return is_alive(t.impl()->record) ? number(t.impl()->record.index) : -1;
}

Story tell_story(const Tape& tape) {
  check_traced(tape);
  const std::vector<Visit>& visits = trace_log().visits;
  Story story{.begin = tape.begin(), .end = tape.end(), .steps = {}, .sweep_of = {}, .visit_sweep = {}};
  story.sweep_of.assign(static_cast<size_t>(tape.size()), 0);
  int64_t node = story.begin, visit = 0;
  int sweep = 0;
  const auto record_until = [&](int64_t end) {
    for (; node < end; ++node) story.steps.push_back({Step::Kind::record, node, visit});
  };
  for (; visit < static_cast<int64_t>(visits.size()); ++visit) {
    const Visit& v = visits[static_cast<size_t>(visit)];
    if (v.made_begin >= story.begin && v.first) ++sweep;
    story.visit_sweep.push_back(sweep);
    if (v.node < story.begin) continue;  // an outer tape's: its nodes aren't shown
    record_until(v.made_begin);
    if (v.first) story.steps.push_back({Step::Kind::seed, v.node, visit});
    story.steps.push_back({Step::Kind::visit, v.node, visit});
    for (; node < v.made_end; ++node) story.sweep_of[static_cast<size_t>(node - story.begin)] = sweep;
  }
  record_until(story.end);
  return story;
}

std::vector<SavedValue> saved_values(const Node& node) {
  std::vector<SavedValue> saved;
  for (int slot = 0; slot <= kMaxInputs; ++slot) {
    SavedValue value{.slot = slot, .readers = {}};
    for (int i = 0; i < node.n_inputs; ++i) {
      const bool tracked = node.inputs[static_cast<size_t>(i)] >= 0;
      if (tracked && ((node.op->saves[i] >> slot) & 1u)) value.readers.push_back(i);
    }
    if (!value.readers.empty()) saved.push_back(value);
  }
  return saved;
}

const Tensor& slot_value(int64_t node, int slot) {
  const Trace& trace = trace_of(node);
  return slot == kMaxInputs ? trace.output : trace.inputs[static_cast<size_t>(slot)];
}

std::string describe_value(const Tensor& t) {
  const std::vector<double> values = t.to_vector();
  if (t.rank() == 0) return fmt::format("{:.6g}", values[0]);
  if (values.size() <= 8) return fmt::format("{} [{:.6g}]", t.shape().str(), fmt::join(values, ", "));
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return fmt::format("{} in [{:.6g}, {:.6g}]", t.shape().str(), *low, *high);
}

}  // namespace gradzoo
