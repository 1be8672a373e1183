#include "explain/differences.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

Tensor in_f64(const Tensor& t) {
  return is_floating(t.dtype()) ? tensor(t.to_vector(), t.shape(), DType::f64) : t;
}

// The nodes from one to a root that depend on it, ready to be computed again: at most so many.
class Replay {
 public:
  Replay(int64_t node, int64_t root, int64_t most)
      : node_(node), values_(static_cast<size_t>(root - node + 1)) {
    std::vector<bool> depends(values_.size());
    depends[0] = true;
    for (int64_t i = node + 1; i <= root && !is_too_long(most); ++i) {
      const Node& n = tape_state().nodes[i];
      Call call{.index = i, .inputs = {}, .from = {}};
      for (size_t k = 0; k < static_cast<size_t>(n.n_inputs); ++k) {
        const int64_t input = n.inputs[k];
        call.from[k] = input >= node && depends[at(input)] ? input : -1;
        if (call.from[k] >= 0) depends[at(i)] = true;
      }
      if (depends[at(i)]) calls_.push_back(call);
    }
    reaches_root_ = depends.back();
  }

  bool reaches_root() const { return reaches_root_; }
  bool is_too_long(int64_t most) const { return static_cast<int64_t>(calls_.size()) > most; }

  // The operands that do not move.
  void prepare() {
    for (Call& call : calls_) {
      for (size_t k = 0; k < kMaxInputs; ++k) {
        const Tensor& input = trace_of(call.index).inputs[k];
        if (input.defined()) call.inputs[k] = in_f64(input);
      }
    }
  }

  /// The root's value where the node's is `value`.
  const Tensor& run(const Tensor& value) {
    values_[0] = value;
    for (Call& call : calls_) {
      const Node& n = tape_state().nodes[call.index];
      const Tensor* operands[kMaxInputs];
      for (size_t k = 0; k < static_cast<size_t>(n.n_inputs); ++k)
        operands[k] = call.from[k] >= 0 ? &values_[at(call.from[k])] : &call.inputs[k];
      values_[at(call.index)] = n.op->reapply(n.attributes.data(), Inputs(operands, n.n_inputs), 0);
    }
    return values_.back();
  }

  /// The op that made the first value of the last run that is not finite; "" where there is none.
  std::string not_finite() const {
    for (const Call& call : calls_)
      if (!all_finite(values_[at(call.index)])) return tape_state().nodes[call.index].op->name;
    return "";
  }

 private:
  struct Call {
    int64_t index;
    std::array<Tensor, kMaxInputs> inputs;
    std::array<int64_t, kMaxInputs> from;  // the node that an operand moves with, -1 for none
  };
  size_t at(int64_t index) const { return static_cast<size_t>(index - node_); }

  int64_t node_;
  bool reaches_root_ = false;
  std::vector<Call> calls_;
  std::vector<Tensor> values_;
};

double weighted_sum(const Tensor& y, const std::vector<double>& weights) {
  const std::vector<double> values = y.to_vector();
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += weights[i] == 0 ? 0 : weights[i] * values[i];
  return sum;
}

// L as a function of one element of a node's value.
class MovedElement {
 public:
  MovedElement(Replay& replay, const DifferenceQuestion& question, const std::vector<double>& at, size_t i)
      : replay_(replay),
        weights_(question.seed.to_vector()),
        shape_(trace_of(question.node).output.shape()),
        at_(at),
        i_(i),
        middle_(at[i]),
        h_(6e-6 * std::max(std::abs(middle_), 1e-3)) {}

  double quotient() { return (value(h_) - value(-h_)) / ((middle_ + h_) - (middle_ - h_)); }
  std::string remark() {
    const double centre = value(0), up = value(h_), down = value(-h_);
    if (!std::isfinite(centre) || !std::isfinite(up) || !std::isfinite(down)) return not_a_number(centre);
    const double right = (up - centre) / h_, left = (centre - down) / h_, bend = std::abs(right - left);
    const double rounding = 1e-15 * std::abs(centre) / h_;
    if (bend <= 1e-3 * std::max(std::abs(right), std::abs(left)) + 4 * rounding) return "";
    // What is smooth is straight when seen from nearer: slopes meet. Those at a kink stay as they are.
    const double near_up = value(h_ / 4), near_down = value(-h_ / 4);
    const double near_right = (near_up - centre) / (h_ / 4), near_left = (centre - near_down) / (h_ / 4);
    const auto stays = [](double change, double size) { return std::abs(change) < 0.05 * size; };
    if (stays(near_right - right, bend) && stays(near_left - left, bend))
      return fmt::format("at a kink: one-sided slopes {:.4g} and {:.4g}", left, right);
    if (stays(near_up - up, std::abs(up - down)) && stays(near_down - down, std::abs(up - down)))
      return fmt::format("at a jump, from {:.4g} to {:.4g}", down, up);
    return "";
  }

 private:
  double value(double moved) {
    at_[i_] = middle_ + moved;
    return weighted_sum(replay_.run(tensor(at_, shape_, DType::f64)), weights_);
  }
  std::string not_a_number(double centre) {
    if (!std::isfinite(middle_)) return fmt::format("its value is {}", middle_);
    for (const double moved : {0.0, -h_, h_}) {
      const double result = value(moved);
      const std::string op = replay_.not_finite();
      if (op.empty()) continue;
      if (!std::isnan(result)) return op + (moved == 0 ? " is infinite here" : " is infinite next to it");
      return fmt::format("{} the domain of {}", std::isnan(centre) ? "outside" : "at the edge of", op);
    }
    return "";
  }

  Replay& replay_;
  std::vector<double> weights_;
  Shape shape_;
  std::vector<double> at_;
  size_t i_;
  double middle_, h_;
};

}  // namespace

Differences differences_of(const DifferenceQuestion& question) {
  const Tensor& value = trace_of(question.node).output;
  if (value.size() > question.most_elements) return {};
  const NoGrad replaying;
  const TraceScope untraced(false);
  const auto count = static_cast<size_t>(value.size());
  const int64_t most = question.most_ops / std::max<int64_t>(1, 5 * value.size());
  Replay replay(question.node, question.root, most);
  if (replay.is_too_long(most)) return {};
  Differences found{.quotients = std::vector<double>(count), .remark = ""};
  if (!replay.reaches_root()) return found;
  replay.prepare();
  const std::vector<double> at = value.to_vector();
  for (size_t i = 0; i < count; ++i) {
    MovedElement element(replay, question, at, i);
    found.quotients[i] = element.quotient();
    if (!found.remark.empty()) continue;
    found.remark = element.remark();
    if (count > 1 && !found.remark.empty())
      found.remark = element_place(value.shape(), static_cast<int64_t>(i)) + " " + found.remark;
  }
  return found;
}

Differences differences_of(const Story& story, int64_t visit) {
  const int sweep = story.visit_sweep[static_cast<size_t>(visit)];
  if (sweep == 0) return {};
  const std::vector<Visit>& visits = trace_log().visits;
  const Visit& seed = visits[static_cast<size_t>(story.seeds[static_cast<size_t>(sweep - 1)])];
  if (seed.node < story.begin) return {};
  constexpr int64_t kMostOps = 2'000'000;  // of all visits: a second
  return differences_of(
      {.root = seed.node,
       .node = visits[static_cast<size_t>(visit)].node,
       .seed = seed.adjoint,
       .most_ops = std::min<int64_t>(20'000, kMostOps / static_cast<int64_t>(visits.size()))});
}

}  // namespace gradzoo
