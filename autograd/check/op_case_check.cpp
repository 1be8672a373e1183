#include "autograd/check/op_case_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/check/gradcheck.h"
#include "autograd/check/sample_operands.h"
#include "autograd/grad.h"
#include "autograd/ops.h"

namespace gradzoo::detail {
namespace {

constexpr int64_t kJacobianElements = 100;  // operands and output together; directions beyond
constexpr int64_t kSmallElements = 20;      // the same, for order 3 and above
constexpr uint64_t kSeed = 20;

std::string shapes_of(std::span<const Operand> operands) {
  std::string text;
  for (const Operand& operand : operands) text += (text.empty() ? "" : " x ") + operand.shape.str();
  return text;
}

}  // namespace

int64_t elements_of(std::span<const Operand> operands) {
  int64_t total = 0;
  for (const Operand& operand : operands) total += operand.shape.size();
  return total;
}

OpCaseCheck::OpCaseCheck(const OpUnderTest& op, const CaseUnderTest& c, OpReport& report)
    : op_(op),
      case_(c),
      report_(report),
      rng_(kSeed, op.info->name),
      operands_(sample_operands(c.operands, op.info->roles, rng_)) {}

void OpCaseCheck::fail(const std::string& what) const {
  throw OpFailure{fmt::format("{} at {}: {}", op_.info->name, shapes_of(case_.operands), what)};
}

Tensor OpCaseCheck::apply(std::span<const Tensor> xs) const {
  std::array<const Tensor*, kMaxInputs> pointers{};
  for (size_t i = 0; i < xs.size(); ++i) pointers[i] = &xs[i];
  return detail::run(*op_.info, case_.attributes.data(), Inputs(pointers.data(), op_.info->arity));
}

std::optional<Shape> OpCaseCheck::accepted_shape() const {
  try {
    return output_shape();
  } catch (const Error&) {
    return std::nullopt;
  }
}

Shape OpCaseCheck::output_shape() const {
  const NoGrad guard;
  return apply(operands_).shape();
}

void OpCaseCheck::run(int order, int64_t directions) {
  const GradcheckOptions options{.tolerance = op_.tolerance,
                                 .directions = directions,
                                 .seed = kSeed,
                                 .name = fmt::format("{} at {}", op_.info->name, shapes_of(case_.operands))};
  const GradcheckResult result =
      check_order([this](std::span<const Tensor> xs) { return apply(xs); }, operands_, order, options);
  report_.order = std::max(report_.order, result.order);
  report_.worst_error = std::max(report_.worst_error, result.worst_error);
  if (!result.ok) throw OpFailure{result.message};
}

void OpCaseCheck::check_derivatives(int order) {
  const int64_t elements = elements_of(case_.operands) + output_shape().size();
  const bool goes_further = elements <= kSmallElements && op_.info->smoothness >= order;
  run(goes_further ? order : std::min(order, 2), elements <= kJacobianElements ? 0 : 2);
}

void OpCaseCheck::check_directions(int order) { run(std::min(order, 2), 2); }

// The op's value, then the gradients of its value operands.
std::vector<Tensor> OpCaseCheck::value_and_gradients(std::span<const Tensor> xs,
                                                     const Tensor& grad_output) const {
  Tape tape;
  const std::vector<Tensor> leaves = NestedGradient::leaves(xs);
  const Tensor y = apply(leaves);
  std::vector<Tensor> out = NestedGradient::pull_back({&y, 1}, {&grad_output, 1}, leaves, false);
  out.insert(out.begin(), y.detach());
  return out;
}

void OpCaseCheck::check_f32() const {
  std::vector<Tensor> narrow, wide;
  for (const Tensor& x : operands_) {
    narrow.push_back(is_floating(x.dtype()) ? cast(x, DType::f32) : x);
    wide.push_back(is_floating(x.dtype()) ? cast(narrow.back(), DType::f64) : x);
  }
  Rng rng(kSeed, "f32");
  const Tensor u = randn(output_shape(), rng, DType::f32);
  const std::vector<Tensor> in_f32 = value_and_gradients(narrow, u);
  const std::vector<Tensor> in_f64 = value_and_gradients(wide, cast(u, DType::f64));
  for (size_t k = 0; k < in_f64.size(); ++k) {
    const std::vector<double> a = in_f32[k].to_vector(), b = in_f64[k].to_vector();
    for (size_t e = 0; e < b.size(); ++e) {
      if (std::abs(a[e] - b[e]) <= op_.f32_tolerance * std::max(1.0, std::abs(b[e]))) continue;
      const std::string what = k == 0 ? "its value" : fmt::format("gradient {}", k - 1);
      fail(fmt::format("{} has {} in f32 and {} in f64 at element {}", what, a[e], b[e], e));
    }
  }
}

void OpCaseCheck::check_kind() {
  if (op_.info->kind == Kind::linear) check_linear();
  if (op_.info->kind == Kind::elementwise) check_elementwise();
}

// f(2 x - y / 2) = 2 f(x) - f(y) / 2, in all value operands together.
void OpCaseCheck::check_linear() {
  std::vector<Tensor> other = sample_operands(case_.operands, op_.info->roles, rng_), both = operands_;
  for (size_t i = 0; i < both.size(); ++i) {
    if (is_value(i)) {
      both[i] = sub(mul(operands_[i], 2.0), mul(other[i], 0.5));
    } else {
      other[i] = operands_[i];
    }
  }
  const std::vector<double> x = apply(operands_).to_vector(), y = apply(other).to_vector();
  const std::vector<double> mixed = apply(both).to_vector();
  for (size_t e = 0; e < x.size(); ++e) {
    const double expected = 2 * x[e] - y[e] / 2;
    if (std::abs(mixed[e] - expected) <= 1e-10 * std::max(1.0, std::abs(expected))) continue;
    fail(fmt::format("it declares Kind::linear, but f(2 x - y/2) is {} and 2 f(x) - f(y)/2 is {}", mixed[e],
                     expected));
  }
}

// An output element depends on one element of each operand: the one that broadcasting puts there.
void OpCaseCheck::check_elementwise() {
  const Shape shape = output_shape();
  for (int64_t row = 0; row < shape.size(); ++row) {
    Tensor basis = zeros(shape, DType::f64);
    basis.mutable_data<double>()[row] = 1;
    const std::vector<Tensor> gradients = value_and_gradients(operands_, basis);
    for (size_t k = 1; k < gradients.size(); ++k) {
      const std::vector<double> g = gradients[k].to_vector();
      if (std::count_if(g.begin(), g.end(), [](double v) { return v != 0; }) > 1)
        fail(
            "it declares Kind::elementwise, but an output element depends on several elements of an operand");
    }
  }
}

// Whether the gradient of input i alone can be had, plain and recorded, after saved slot `without` is taken
// away.
bool OpCaseCheck::rule_runs(int i, int without) const {
  for (const bool create_graph : {false, true}) {
    Tape tape;
    std::vector<Tensor> xs = operands_;
    const auto k = static_cast<size_t>(i);
    xs[k] = operands_[k].clone().requires_grad_();
    const Tensor y = apply(xs);
    if (!y.requires_grad()) continue;
    if (without >= 0) {
      Node& node = tape_state().nodes[y.impl()->record.index];
      node.saved[static_cast<size_t>(without)] = Tensor();
    }
    try {
      grad(y, xs[k], {.grad_output = ones_like(y).requires_grad_(), .create_graph = create_graph});
    } catch (const Error& error) {
      if (without < 0) fail(fmt::format("with input {} alone tracked: {}", i, error.what()));
      return false;
    }
  }
  return true;
}

unsigned OpCaseCheck::slots_read(int i) const {
  rule_runs(i, -1);
  unsigned read = 0;
  for (int slot = 0; slot <= kMaxInputs; ++slot) {
    const bool saved = (op_.info->saves[i] >> slot) & 1u;
    if (saved && !rule_runs(i, slot)) read |= 1u << slot;
  }
  return read;
}

}  // namespace gradzoo::detail
