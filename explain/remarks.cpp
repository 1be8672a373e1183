#include "explain/remarks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "explain/story.h"

namespace gradzoo {
namespace {

// Values of one element on one side of the point, nearer and nearer.
class Approach {
 public:
  static constexpr std::array kDistances = {1.0, 1. / 8, 1. / 64, 1. / 512};
  double& operator[](size_t i) { return values_[i]; }

  double nearest() const { return values_.back(); }
  bool is_finite() const {
    return std::ranges::all_of(values_, [](double v) { return std::isfinite(v); });
  }
  // The values approach a number: each step is at most half of the step before.
  bool settles(double scale = 0) const {
    const double most = 1e-9 * std::max(scale, std::abs(nearest()));
    return is_finite() && std::abs(step(1)) <= 0.5 * std::abs(step(0)) + most &&
           std::abs(step(2)) <= 0.5 * std::abs(step(1)) + most;
  }
  // The values stay where they are, seen from a gap of this size.
  bool is_steady(double gap, double scale = 0) const {
    return settles(scale) && std::abs(values_[0] - nearest()) <= 0.01 * gap;
  }
  double limit() const { return std::abs(nearest()) < 0.5 * std::abs(values_[0]) ? 0 : nearest(); }
  // The values grow as a logarithm or a power does: the steps are equal, or grow by one factor.
  bool grows(double at_point) const {
    const double first = step(1) / step(0), second = step(2) / step(1);
    return is_finite() && first > 0.99 && std::abs(second - first) < 0.01 * first &&
           std::abs(nearest()) > std::max(10 * std::abs(at_point), std::abs(values_[0]));
  }

 private:
  double step(size_t i) const { return values_[i + 1] - values_[i]; }
  std::array<double, kDistances.size()> values_{};
};

// The larger magnitude, 0 for one that is not finite.
double larger(double a, double b) {
  const auto size = [](double v) { return std::isfinite(v) ? std::abs(v) : 0; };
  return std::max(size(a), size(b));
}

// The smallest numbers of a sum are what rounding leaves.
std::string shown(double value, double scale = 0) {
  return std::isnan(value) ? "nan" : fmt::format("{:.4g}", std::abs(value) <= 1e-6 * scale ? 0.0 : value);
}

class Remarks {
 public:
  Remarks(std::vector<ExplainedDerivative>& derivatives, const RemarkQuestion& question)
      : all_(derivatives), question_(question), states_(derivatives.size()) {
    for (const Coordinate& c : question.coordinates) {
      auto& sides = tables_.emplace_back();
      const double distance = 1e-8 * std::max(std::abs(c.value), 1e-3);
      for (const double nearer : Approach::kDistances)
        for (const size_t side : {size_t{0}, size_t{1}})
          sides[side].push_back(question.moved(c, (side == 0 ? -1 : 1) * distance * nearer));
    }
  }

  void add(size_t k) {
    const std::vector<double> values = all_[k].value.to_vector();
    for (const double v : values) largest_ = larger(largest_, v);
    const std::string why = reason(k);
    const auto bad = std::ranges::find_if(values, [](double v) { return !std::isfinite(v); });
    if (!why.empty()) {
      const std::string taken = values.size() == 1 ? "; the engine takes " + shown(values[0]) : "";
      states_[k].words = "does not exist";
      all_[k].remark = fmt::format("{} does not exist here, because {}{}", all_[k].name, why, taken);
    } else if (bad != values.end()) {
      states_[k].words = std::isnan(*bad) ? "is not a number" : "is infinite";
      all_[k].remark = not_finite(k, static_cast<size_t>(bad - values.begin()));
    } else {
      look_around(k, values);
    }
  }

 private:
  // What is wrong with a derivative, and for which variables.
  struct State {
    std::string words;               // "is infinite", of all its derivatives
    std::vector<size_t> jumps = {};  // variables along which it is not continuous
  };

  bool is_of_several(size_t k) const { return all_[k].value.size() > 1; }
  std::string name(size_t k, size_t element) const {
    if (!is_of_several(k)) return all_[k].name;
    return all_[k].name + element_place(all_[k].value.shape(), static_cast<int64_t>(element));
  }

  // Why the derivative does not exist: the one that it is taken of is not finite, or not continuous.
  std::string reason(size_t k) const {
    const std::vector<size_t>& by = question_.by[k];
    if (by.empty()) return "";
    const std::vector<size_t> below(by.begin(), by.end() - 1);
    const auto parent = static_cast<size_t>(std::ranges::find(question_.by, below) - question_.by.begin());
    const State& state = states_[parent];
    if (!state.words.empty()) return fmt::format("{} {}", all_[parent].name, state.words);
    const bool jumps = std::ranges::find(state.jumps, by.back()) != state.jumps.end();
    return jumps ? all_[parent].name + " is not continuous" : "";
  }

  Approach approach(size_t coordinate, size_t side, size_t k, size_t element) const {
    Approach values;
    for (size_t i = 0; i < Approach::kDistances.size(); ++i) {
      const DerivativeTable& table = tables_[coordinate][side][i];
      values[i] = table.empty() ? std::numeric_limits<double>::quiet_NaN() : table[k][element];
    }
    return values;
  }

  std::string not_finite(size_t k, size_t element) const {
    std::string text = fmt::format("{} {} here", name(k, element), states_[k].words);
    if (k == 0 && !question_.reason.empty()) text += ", because " + question_.reason;
    if (question_.coordinates.size() != 1) return text;
    const Approach left = approach(0, 0, k, element), right = approach(0, 1, k, element);
    const double scale = larger(left.limit(), right.limit());
    if (left.settles() && right.settles() && std::abs(left.limit() - right.limit()) <= 1e-6 * scale)
      return fmt::format("{}; it approaches {} on both sides", text, shown(right.limit()));
    if (left.settles()) text += fmt::format("; it approaches {} on the left", shown(left.limit()));
    if (right.settles())
      text += fmt::format("{} {} on the right", left.settles() ? " and" : "; it approaches",
                          shown(right.limit()));
    return text;
  }

  // The derivative's own variable first: a kink of f is one along x in f_x.
  void look_around(size_t k, const std::vector<double>& values) {
    const std::vector<size_t>& by = question_.by[k];
    for (const bool own : {true, false}) {
      for (size_t c = 0; c < question_.coordinates.size(); ++c) {
        const size_t variable = question_.coordinates[c].variable;
        if ((!by.empty() && variable == by.back()) != own) continue;
        for (size_t element = 0; element < values.size(); ++element) {
          const std::string remark = around(k, element, c, values[element]);
          if (remark.empty()) continue;
          states_[k].jumps.push_back(variable);
          if (all_[k].remark.empty()) all_[k].remark = remark;
        }
      }
    }
  }

  std::string around(size_t k, size_t element, size_t c, double here) {
    const Coordinate& moved = question_.coordinates[c];
    const std::string along = question_.coordinates.size() > 1 ? " along " + moved.name : "";
    const std::string of = name(k, element);
    const Approach left = approach(c, 0, k, element), right = approach(c, 1, k, element);
    const double l = left.nearest(), r = right.nearest(), sides = larger(l, r), scale = larger(sides, here);
    const std::string taken = (k == 0 ? "; its value is " : "; the engine takes ") + shown(here, scale);
    const auto is_gap = [&](double gap) { return std::abs(gap) > std::max(1e-6 * scale, 1e-13 * largest_); };
    if (left.is_finite() && right.is_finite()) {
      const double gap = larger(r - l, larger(here - l, here - r));
      if (is_gap(gap) && left.is_steady(gap, sides) && right.is_steady(gap, sides)) {
        if (std::abs(r - l) <= 0.01 * gap)
          return fmt::format("{} is {} on both sides{}{}", of, shown(r, scale), along, taken);
        if (!all_[k].sides) all_[k].sides = {l, r};
        const std::vector<size_t>& by = question_.by[k];
        const bool is_kink = by.size() == 1 && by[0] == moved.variable &&
                             (!is_of_several(k) || static_cast<int64_t>(element) == moved.element);
        return fmt::format("{} here{}: {}{} on the left and {} on the right{}",
                           is_kink ? all_[0].name + " has a kink" : of + " jumps", along,
                           is_kink ? "its slope is " : "", shown(l, scale), shown(r, scale), taken);
      }
    }
    const bool up_left = left.grows(here) && is_gap(l), up_right = right.grows(here) && is_gap(r);
    if (up_left || up_right) {
      const std::string_view where = up_left && up_right ? "both sides" : up_left ? "the left" : "the right";
      return fmt::format("{} is unbounded on {}{}{}", of, where, along, taken);
    }
    for (const auto& [side, other, words] : {std::tuple{left, right, "left"}, {right, left, "right"}}) {
      const double gap = std::abs(here - side.nearest());
      if (!other.is_finite() && is_gap(gap) && side.is_steady(gap))
        return fmt::format("{} approaches {} on the {}{}{}", of, shown(side.limit()), words, along, taken);
    }
    return "";
  }

  std::vector<ExplainedDerivative>& all_;
  const RemarkQuestion& question_;
  std::vector<State> states_;
  double largest_ = 0;  // of the values up to here: rounding errors are smaller than a 1e-13th
  // by coordinate, side and distance: the derivatives' elements
  std::vector<std::array<std::vector<DerivativeTable>, 2>> tables_;
};

}  // namespace

void add_remarks(std::vector<ExplainedDerivative>& derivatives, const RemarkQuestion& question) {
  Remarks remarks(derivatives, question);
  for (size_t k = 0; k < derivatives.size(); ++k) remarks.add(k);
}

}  // namespace gradzoo
