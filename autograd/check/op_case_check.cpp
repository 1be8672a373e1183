#include "autograd/check/op_case_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::detail {
namespace {

constexpr int64_t kJacobianElements = 100;  // operands and output together; directions beyond
constexpr int64_t kSmallElements = 20;      // the same, for order 3 and above
constexpr uint64_t kDirectionSeed = 20;

}  // namespace

void OpCaseCheck::run(int order, int64_t directions) {
  const GradcheckOptions options{.tolerance = case_.op().tolerance,
                                 .directions = directions,
                                 .seed = kDirectionSeed,
                                 .name = case_.name()};
  const GradcheckResult result = check_order([this](std::span<const Tensor> xs) { return case_.apply(xs); },
                                             case_.operands(), order, options);
  report_.order = std::max(report_.order, result.order);
  report_.compared += result.compared;
  report_.worst_error = std::max(report_.worst_error, result.worst_error);
  if (result.ok) return;
  const char* hint = result.order == 1 || result.message.find("Hint") != std::string::npos
                         ? ""
                         : ". Hint: the first order is right, so write the vjp in recorded ops, and call a "
                           "rule on raw buffers vjp_fast";
  throw OpFailure{result.message + hint};
}

void OpCaseCheck::check_derivatives(int order) {
  const int64_t elements = elements_of(case_.described()) + case_.output_shape().size();
  const bool goes_further = elements <= kSmallElements && case_.smoothness() >= order;
  run(goes_further ? order : std::min(order, 2), elements <= kJacobianElements ? 0 : 2);
}

void OpCaseCheck::check_directions(int order) { run(std::min(order, 2), 2); }

// The op's value, then the gradients of its value operands.
std::vector<Tensor> OpCaseCheck::value_and_gradients(std::span<const Tensor> xs,
                                                     const Tensor& grad_output) const {
  Tape tape;
  const std::vector<Tensor> leaves = NestedGradient::leaves(xs);
  const Tensor y = case_.apply(leaves);
  std::vector<Tensor> out = NestedGradient::pull_back({&y, 1}, {&grad_output, 1}, leaves, false);
  out.insert(out.begin(), y.detach());
  return out;
}

void OpCaseCheck::check_f32() const {
  std::vector<Tensor> narrow, wide;
  for (const Tensor& x : case_.operands()) {
    narrow.push_back(is_floating(x.dtype()) ? cast(x, DType::f32) : x);
    wide.push_back(is_floating(x.dtype()) ? cast(narrow.back(), DType::f64) : x);
  }
  Rng rng(kDirectionSeed, "f32");
  const Tensor u = randn(case_.output_shape(), rng, DType::f32);
  const std::vector<Tensor> in_f32 = value_and_gradients(narrow, u);
  const std::vector<Tensor> in_f64 = value_and_gradients(wide, cast(u, DType::f64));
  for (size_t k = 0; k < in_f64.size(); ++k) {
    const std::vector<double> a = in_f32[k].to_vector(), b = in_f64[k].to_vector();
    for (size_t e = 0; e < b.size(); ++e) {
      if (std::abs(a[e] - b[e]) <= case_.op().f32_tolerance * std::max(1.0, std::abs(b[e]))) continue;
      const std::string what = k == 0 ? "its value" : fmt::format("gradient {}", k - 1);
      case_.fail(fmt::format("{} has {} in f32 and {} in f64 at element {}", what, a[e], b[e], e));
    }
  }
}

void OpCaseCheck::check_subsets() const {
  const std::vector<size_t>& values = case_.values();
  const Tensor u = case_.weights();
  const auto gradients = [&](unsigned mask, bool create_graph) {
    Tape tape;
    std::vector<Tensor> xs = case_.operands(), wanted;
    for (size_t k = 0; k < values.size(); ++k) {
      if ((mask >> k) & 1u) wanted.push_back(xs[values[k]] = xs[values[k]].clone().requires_grad_());
    }
    const Tensor y = case_.apply(xs);
    std::vector<std::vector<double>> out;
    for (const Tensor& g : grad(y, wanted, {.grad_output = u, .create_graph = create_graph}))
      out.push_back(g.to_vector());
    return out;
  };
  const auto all = gradients((1u << values.size()) - 1, false);
  for_each_choice(case_, [&](unsigned mask) {
    for (const bool create_graph : {false, true}) {
      const auto some = gradients(mask, create_graph);
      size_t next = 0;
      for (size_t k = 0; k < values.size(); ++k) {
        if (((mask >> k) & 1u) == 0) continue;
        const std::vector<double>&a = some[next++], &b = all[k];
        for (size_t e = 0; e < a.size(); ++e) {
          if (std::abs(a[e] - b[e]) <= 1e-10 * std::max(1.0, std::abs(b[e]))) continue;
          case_.fail(
              fmt::format("the gradient of input {} is {:.9g}, but {:.9g} if all operands want theirs. Hint: "
                          "let a rule's gradients not depend on needs()",
                          values[k], a[e], b[e]));
        }
      }
    }
  });
}

// Whether the gradient of input i alone can be had, plain and recorded, after saved slot `without` is taken
// away.
bool OpCaseCheck::rule_runs(int i, int without) const {
  for (const bool create_graph : {false, true}) {
    Tape tape;
    std::vector<Tensor> xs = case_.operands();
    const auto k = static_cast<size_t>(i);
    xs[k] = xs[k].clone().requires_grad_();
    const Tensor y = case_.apply(xs);
    if (!y.requires_grad()) continue;
    if (without >= 0) {
      Node& node = tape_state().nodes[y.impl()->record.index];
      node.saved[static_cast<size_t>(without)] = Tensor();
    }
    try {
      grad(y, xs[k], {.grad_output = ones_like(y).requires_grad_(), .create_graph = create_graph});
    } catch (const Error& error) {
      if (without < 0) case_.fail(fmt::format("with input {} alone tracked: {}", i, error.what()));
      return false;
    }
  }
  return true;
}

unsigned OpCaseCheck::slots_read(int i) const {
  rule_runs(i, -1);
  unsigned read = 0;
  for (int slot = 0; slot <= kMaxInputs; ++slot) {
    const bool saved = (case_.info().saves[i] >> slot) & 1u;
    if (saved && !rule_runs(i, slot)) read |= 1u << slot;
  }
  return read;
}

}  // namespace gradzoo::detail
