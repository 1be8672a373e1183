#include "gradzoo/autograd/check/op_checks.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "autograd/check/op_case_check.h"
#include "autograd/check/op_kind_check.h"

namespace gradzoo::detail {
namespace {

constexpr int64_t kLargeElements = 20000;  // of a scaled case

// The same op where operand i is broadcast: its first axes dropped, or axes made 1.
std::vector<CaseUnderTest> broadcast_variants(const CaseUnderTest& c, const Role* roles) {
  std::vector<CaseUnderTest> variants;
  for (size_t i = 0; i < c.operands.size() && c.operands.size() > 1; ++i) {
    const Shape& shape = c.operands[i].shape;
    if (roles[i] != Role::value || shape.rank() != 2 || shape[0] < 2 || shape[1] < 2) continue;
    for (const Shape& narrow : {Shape{shape[1]}, Shape{shape[0], 1}, Shape{1, shape[1]}, Shape{}}) {
      variants.push_back(c);
      variants.back().operands[i].shape = narrow;
    }
  }
  return variants;
}

// Every size beyond 1 multiplied, which keeps sizes equal that were; an op whose attributes hold sizes
// refuses it.
CaseUnderTest scaled(const CaseUnderTest& c) {
  CaseUnderTest best = c;
  for (const int64_t factor : {3, 5, 11}) {
    CaseUnderTest larger = c;
    for (Operand& operand : larger.operands) {
      for (int axis = 0; axis < operand.shape.rank(); ++axis) {
        if (operand.shape[axis] > 1) operand.shape.set(axis, factor * operand.shape[axis]);
      }
    }
    if (elements_of(larger.operands) <= kLargeElements) best = larger;
  }
  return best;
}

void check_case(const OpUnderTest& op, const CaseUnderTest& c, int order, OpReport& report) {
  OpCaseCheck check(op, c, report);
  const DrawnCase& drawn = check.drawn();
  check_kind(drawn);
  check.check_derivatives(order);
  check.check_subsets();
  check.check_f32();
  if (order >= 2) {
    check_slopes(drawn);
    check_forward_rules(drawn);
    check_smoothness(drawn);
  }
  ++report.cases;
  const Shape shape = drawn.output_shape();
  for (const CaseUnderTest& variant : broadcast_variants(c, op.info->roles)) {
    OpCaseCheck broadcast(op, variant, report);
    if (broadcast.drawn().accepted_shape() != shape) continue;
    broadcast.check_derivatives(std::min(order, 2));
    ++report.cases;
  }
  const CaseUnderTest larger = scaled(c);
  OpCaseCheck large(op, larger, report);
  if (elements_of(larger.operands) == elements_of(c.operands) || !large.drawn().accepted_shape()) return;
  large.check_directions(order);
  ++report.cases;
}

void check_saves(const OpUnderTest& op, OpReport& report) {
  for (int i = 0; i < op.info->arity; ++i) {
    if (op.info->roles[i] != Role::value) continue;
    unsigned read = 0;
    for (const CaseUnderTest& c : op.cases) read |= OpCaseCheck(op, c, report).slots_read(i);
    const unsigned unread = op.info->saves[i] & ~read;
    if (unread == 0) continue;
    const int slot = __builtin_ctz(unread);
    throw OpFailure{
        fmt::format("{}: it saves its {} for the gradient of input {}, and its vjp never reads it. Hint: "
                    "remove it from `saves`",
                    op.info->name, slot == kMaxInputs ? "output" : fmt::format("input {}", slot), i)};
  }
}

void check_description(const OpUnderTest& op) {
  if (*op.info->name == '\0') throw OpFailure{"an op has no name. Hint: set Op::name"};
  if (*op.info->formula == '\0')
    throw OpFailure{fmt::format("{}: it has no formula. Hint: set Op::formula", op.info->name)};
  if (op.cases.empty())
    throw OpFailure{fmt::format("{}: it has no cases. Hint: add Op::cases()", op.info->name)};
}

}  // namespace

OpReport check_op(const OpUnderTest& op, int order) {
  const auto start = std::chrono::steady_clock::now();
  OpReport report;
  report.name = op.info->name;
  try {
    check_description(op);
    for (const CaseUnderTest& c : op.cases) check_case(op, c, order, report);
    if (report.compared == 0)
      throw OpFailure{fmt::format("{}: all its cases are empty. Hint: add one with elements", op.info->name)};
    check_saves(op, report);
  } catch (const OpFailure& failure) {
    report.ok = false, report.message = failure.message;
  } catch (const Error& error) {
    report.ok = false, report.message = fmt::format("{}: {}", op.info->name, error.what());
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace gradzoo::detail

namespace gradzoo {

const OpReport& OpReport::or_throw() const {
  if (!ok) throw Error(message);
  return *this;
}

}  // namespace gradzoo
