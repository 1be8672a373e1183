#include "explain/differences.h"

#include <algorithm>
#include <cmath>

#include "autograd/trace.h"

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
  for (size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
  return sum;
}

}  // namespace

std::vector<double> difference_quotients(const DifferenceQuestion& question) {
  const Tensor& value = trace_of(question.node).output;
  if (value.size() > question.most_elements) return {};
  const NoGrad replaying;
  const TraceScope untraced(false);
  const auto count = static_cast<size_t>(value.size());
  const int64_t most = question.most_ops / std::max<int64_t>(1, 2 * value.size());
  Replay replay(question.node, question.root, most);
  if (replay.is_too_long(most)) return {};
  if (!replay.reaches_root()) return std::vector<double>(count, 0.0);
  replay.prepare();
  const std::vector<double> weights = question.seed.to_vector();
  std::vector<double> at = value.to_vector(), quotients(count);
  for (size_t i = 0; i < count; ++i) {
    const double middle = at[i], h = 6e-6 * std::max(std::abs(middle), 1e-3);
    const auto moved = [&](double x) {
      at[i] = x;
      return weighted_sum(replay.run(tensor(at, value.shape(), DType::f64)), weights);
    };
    const double up = moved(middle + h), down = moved(middle - h);
    quotients[i] = (up - down) / ((middle + h) - (middle - h));
    at[i] = middle;
  }
  return quotients;
}

std::vector<double> difference_quotients(const Story& story, int64_t visit) {
  const int sweep = story.visit_sweep[static_cast<size_t>(visit)];
  if (sweep == 0) return {};
  const std::vector<Visit>& visits = trace_log().visits;
  const Visit& seed = visits[static_cast<size_t>(story.seeds[static_cast<size_t>(sweep - 1)])];
  if (seed.node < story.begin) return {};
  constexpr int64_t kMostOps = 2'000'000;  // of all visits: a second
  return difference_quotients(
      {.root = seed.node,
       .node = visits[static_cast<size_t>(visit)].node,
       .seed = seed.adjoint,
       .most_ops = std::min<int64_t>(20'000, kMostOps / static_cast<int64_t>(visits.size()))});
}

}  // namespace gradzoo
