#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "models/model_tasks.h"

// What holds of the evaluation of every model of the list.
namespace gradzoo {
using namespace test;
namespace {

// More than the largest part that any model reads at once, and no multiple of any. Where a model has a limit:
// more than that.
int64_t examples_for(const std::string& model) {
  const std::map<std::string, int64_t> beyond = {{"gan", 5003}, {"ebm", 10'003}, {"score", 2003}};
  const auto found = beyond.find(model);
  return found == beyond.end() ? 1003 : found->second;
}

// The same examples, one of them replaced: by another label, and by pixels or numbers far from the others.
Examples replaced_at(const Examples& all, int64_t place, int64_t which) {
  Examples out = all;
  out.values = all.values.clone();
  visit_any(out.values.dtype(), [&]<class T>() {
    T* const values = out.values.mutable_data<T>() + place * out.size();
    for (int64_t i = 0; i < out.size(); ++i) {
      const bool on = (i + place + which) % (which + 2) == 0;
      const T one = out.values.dtype() == DType::u8 ? static_cast<T>(255) : static_cast<T>(which + 1);
      values[i] = on ? one : static_cast<T>(0);
    }
  });
  if (out.labels.defined()) {
    out.labels = all.labels.clone();
    out.labels.mutable_data<uint8_t>()[place] = static_cast<uint8_t>(which);
  }
  return out;
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// The numbers of an evaluation that change when the example at a place is replaced.
std::set<std::string> moved_by(Model& model, const Examples& all, int64_t place, const Quantities& before,
                               const Toy* toy) {
  std::set<std::string> moved;
  for (int64_t which = 0; which < 3 && moved.size() < before.size(); ++which) {
    const Examples some = replaced_at(all, place, which);
    for (const Quantity& quantity : model.evaluate({some, all, 1, toy})) {
      const auto same = std::ranges::find(before, quantity.name, &Quantity::name);
      if (!same_number(same->value, quantity.value)) moved.insert(quantity.name);
    }
  }
  return moved;
}

TEST_CASE("an evaluation is of all examples, whatever their number, or says of how many it is") {
  size_t checked = 0, limited = 0;
  for (ModelTask& task : every_task()) {
    CAPTURE(task.entry.name);
    CAPTURE(task.shape.kind().name);
    const auto model = task.make("0", "0", {{"bound_samples", "2"}});
    train(*model, task, 0, 2);
    OptionTable table;
    model->describe_evaluation(table);
    if (table.has("likelihood_images")) table.set("likelihood_images", "3");
    const int64_t n = examples_for(task.entry.name);
    const Examples all = task.examples(1, n);
    const Toy* toy = task.shape.toy.get();
    const Quantities before = model->evaluate({all, all, 1, toy});
    const std::set<std::string> by_first = moved_by(*model, all, 0, before, toy),
                                by_last = moved_by(*model, all, n - 1, before, toy);
    for (const Quantity& quantity : before) {
      CAPTURE(quantity.name);
      CAPTURE(quantity.meaning);
      const size_t said = quantity.meaning.rfind(", of the first ");
      const bool is_limited = said != std::string::npos;
      CHECK(by_first.contains(quantity.name) == (by_last.contains(quantity.name) || is_limited));
      checked += by_last.contains(quantity.name) ? 1 : 0;
      if (!is_limited) continue;
      ++limited;
      // It is of as many as it says.
      const int64_t count = std::stoll(quantity.meaning.substr(said + 15));
      CHECK(moved_by(*model, all, count - 1, before, toy).contains(quantity.name));
      CHECK_FALSE(moved_by(*model, all, count, before, toy).contains(quantity.name));
    }
  }
  CHECK(checked > 30);
  CHECK(limited > 8);
}

}  // namespace
}  // namespace gradzoo
