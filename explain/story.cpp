#include "explain/story.h"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

const Node& node_at(int64_t index) { return tape_state().nodes[index]; }

bool same_call(int64_t node, int64_t other) {
  const Trace &a = trace_of(node), &b = trace_of(other);
  return a.composite && a.composite == b.composite && a.call == b.call;
}

// Whether the next node reads this one, and nothing else does either's work.
bool feeds_next(int64_t node, int uses) {
  const Node &n = node_at(node), &next = node_at(node + 1);
  return uses == 1 && n.n_inputs == 1 && next.n_inputs == 1 && next.inputs[0] == node &&
         n.origin == next.origin;
}

// How often each of the nodes is read.
std::vector<int> uses_of(const Story& story) {
  std::vector<int> uses(static_cast<size_t>(story.end - story.begin));
  for (int64_t i = story.begin; i < story.end; ++i) {
    for (const int64_t input : std::span(node_at(i).inputs).first(static_cast<size_t>(node_at(i).n_inputs)))
      if (input >= story.begin) ++uses[static_cast<size_t>(input - story.begin)];
  }
  return uses;
}

// Numbers the nodes, those of a call by one number where they are a chain that nothing else reads.
void tell_nodes(Story& story) {
  const std::vector<int> uses = uses_of(story);
  const auto tell = [&](int64_t first, int64_t last, const Composite* composite) {
    for (int64_t i = first; i <= last; ++i) {
      story.numbers.push_back(static_cast<int64_t>(story.nodes.size()));
      story.firsts.push_back(first);
      story.composites.push_back(composite);
    }
    story.nodes.push_back(last);
  };
  for (int64_t i = story.begin; i < story.end;) {
    int64_t last = i;
    bool chain = node_at(i).op != &leaf_info() && trace_of(i).composite;
    while (last + 1 < story.end && same_call(i, last + 1)) {
      chain = chain && feeds_next(last, uses[static_cast<size_t>(last - story.begin)]);
      ++last;
    }
    if (chain) {
      tell(i, last, trace_of(i).composite);
      i = last + 1;
    } else {
      tell(i, i, nullptr);
      ++i;
    }
  }
}

// Sizes of the axes but those of 1.
std::vector<int64_t> listed_axes(const Shape& shape) {
  std::vector<int64_t> sizes;
  std::ranges::copy_if(shape, std::back_inserter(sizes), [](int64_t size) { return size != 1; });
  return sizes;
}

}  // namespace

int64_t Story::number(const Tensor& t) const {
  return is_alive(t.impl()->record) ? number(t.impl()->record.index) : -1;
}

Visit Story::visit(int64_t index) const {
  const std::vector<Visit>& visits = trace_log().visits;
  Visit whole = visits[static_cast<size_t>(index)];
  const auto last_index = static_cast<size_t>(index + whole.node - first(whole.node));
  // a sweep that wants the node's own gradient goes no further
  if (last_index >= visits.size() || visits[last_index].node != first(whole.node)) return whole;
  const Visit& last = visits[last_index];
  whole.gives = last.gives;
  whole.totals = last.totals;
  whole.made_end = last.made_end;
  return whole;
}

Story tell_story(const Tape& tape) {
  check_traced(tape);
  const std::vector<Visit>& visits = trace_log().visits;
  Story story{.begin = tape.begin(), .end = tape.end()};
  tell_nodes(story);
  story.sweeps.assign(static_cast<size_t>(tape.size()), 0);
  int64_t node = story.begin, visit = 0;
  int sweep = 0;
  const auto record_until = [&](int64_t end) {
    for (; node < end; ++node)
      if (story.is_shown(node)) story.steps.push_back({Step::Kind::record, node, visit});
  };
  for (; visit < static_cast<int64_t>(visits.size()); ++visit) {
    const Visit& v = visits[static_cast<size_t>(visit)];
    if (v.made_begin >= story.begin && v.first) {
      ++sweep;
      story.seeds.push_back(visit);
    }
    story.visit_sweep.push_back(sweep);
    if (v.node < story.begin) continue;  // an outer tape's: its nodes aren't shown
    record_until(v.made_begin);
    if (v.first) story.steps.push_back({Step::Kind::seed, v.node, visit});
    if (story.is_shown(v.node)) story.steps.push_back({Step::Kind::visit, v.node, visit});
    for (; node < v.made_end; ++node) story.sweeps[static_cast<size_t>(node - story.begin)] = sweep;
  }
  record_until(story.end);
  return story;
}

NodeWords words_of(const Story& story, int64_t node) {
  const Node& n = node_at(node);
  if (const Composite* composite = story.composites[static_cast<size_t>(node - story.begin)])
    return {composite->name, composite->formula, ""};
  return {n.op->name, n.op->formula, n.op->attributes ? n.op->attributes(n.attributes.data()) : ""};
}

std::string operand_of(const Story& story, int64_t node, int slot) {
  const int64_t first = story.first(node);
  const int64_t input = node_at(first).inputs[static_cast<size_t>(slot)];
  if (input >= story.begin) return fmt::format("v{}", story.number(input));
  const Tensor& value = trace_of(first).inputs[static_cast<size_t>(slot)];
  return value.name().empty() ? describe_value(value)
                              : fmt::format("{} {}", value.name(), value.shape().str());
}

std::string call_of(const Story& story, int64_t node) {
  const Node& first = node_at(story.first(node));
  const NodeWords words = words_of(story, node);
  if (first.op == &leaf_info()) return words.name;
  std::vector<std::string> parts;
  parts.reserve(static_cast<size_t>(first.n_inputs) + 1);
  for (int i = 0; i < first.n_inputs; ++i) parts.push_back(operand_of(story, node, i));
  if (!words.attributes.empty()) parts.push_back(words.attributes);
  return fmt::format("{}({})", words.name, fmt::join(parts, ", "));
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

std::string list_of_values(const Tensor& t, int64_t most) {
  const std::vector<double> values = t.to_vector();
  if (t.size() > most) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return fmt::format("in [{:.6g}, {:.6g}]", *low, *high);
  }
  if (t.size() == 1) return fmt::format("{:.6g}", values[0]);
  std::vector<std::string> parts(values.size());
  std::ranges::transform(values, parts.begin(), [](double value) { return fmt::format("{:.6g}", value); });
  const std::vector<int64_t> sizes = listed_axes(t.shape());
  for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {  // the innermost brackets first
    std::vector<std::string> lists;
    for (size_t i = 0; i < parts.size(); i += static_cast<size_t>(*size))
      lists.push_back(
          fmt::format("[{}]", fmt::join(std::span(parts).subspan(i, static_cast<size_t>(*size)), ", ")));
    parts = std::move(lists);
  }
  return parts.empty() ? "[]" : parts[0];
}

std::string element_place(const Shape& shape, int64_t element) {
  std::string place;
  const std::vector<int64_t> sizes = listed_axes(shape);
  for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
    place = place.empty() ? fmt::format("{}", element % *size) : fmt::format("{},{}", element % *size, place);
    element /= *size;
  }
  return "[" + place + "]";
}

std::string describe_value(const Tensor& t) {
  constexpr int64_t kMost = 8;
  const std::string list = list_of_values(t, kMost);
  return t.size() == 1 ? list : fmt::format("{} {}", t.shape().str(), list);
}

}  // namespace gradzoo
