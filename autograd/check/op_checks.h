#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo {

/// The result of all checks of one op.
struct [[nodiscard]] OpReport {
  std::string name;        ///< name of the op
  int cases = 0;           ///< number of cases: the op's own, and those derived from them
  int order = 0;           ///< highest order that was checked
  int64_t compared = 0;    ///< number of derivatives compared
  double worst_error = 0;  ///< largest relative error of a derivative, as in GradcheckResult
  bool ok = true;          ///< true if no check failed
  std::string message;     ///< "" if ok; else op, operand shapes, order, input, both values
  double seconds = 0;      ///< wall-clock time in seconds

  explicit operator bool() const { return ok; }
  /// Throws Error with the message unless ok.
  const OpReport& or_throw() const;
};

namespace detail {

/// A case of an op without the op's type.
struct CaseUnderTest {
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};
  std::vector<Operand> operands;
};

struct OpUnderTest {
  const OpInfo* info = nullptr;
  double tolerance = 1e-6;      ///< relative tolerance of derivatives
  double f32_tolerance = 1e-5;  ///< relative tolerance of f32 values and gradients against f64
  std::vector<CaseUnderTest> cases;
};

OpReport check_op(const OpUnderTest& op, int order);

template <class Op>
OpUnderTest under_test() {
  OpUnderTest out;
  out.info = &info_of<Op>();
  if constexpr (requires { Op::tolerance; }) out.tolerance = Op::tolerance;
  if constexpr (requires { Op::f32_tolerance; }) out.f32_tolerance = Op::f32_tolerance;
  for (const OpCase<Op>& c : Op::cases()) {
    CaseUnderTest erased;
    std::memcpy(erased.attributes.data(), &c.op, sizeof(Op));
    erased.operands = c.operands;
    out.cases.push_back(std::move(erased));
  }
  return out;
}

}  // namespace detail

/// Runs every check that an op must pass, on operands drawn from `MyOp::cases()` (ops/cases.h):
///   - every derivative up to `order` as a full Jacobian (from order 3 on, small cases of smooth enough ops;
///     ops with a kink are checked away from it, up to order 2), and the gradients again if only some of the
///     operands want one;
///   - the same derivatives with one operand made to broadcast, for ops that still accept it;
///   - random directions up to order 2, with every size multiplied;
///   - f32 values and gradients against f64, within `MyOp::f32_tolerance` (default 1e-5);
///   - `kind`: a linear op is linear, a bilinear op is linear in each operand, and the Jacobian of an
///     elementwise op is diagonal;
///   - from order 2, forward rules: for every choice of operands that depend on x, the gradient and Laplacian
///     carried forward equal those of sweeps (so `lifted` and `slopes` are right), and derivatives have no
///     jump if `smoothness` declares them continuous;
///   - `saves`: nothing is kept that the vjp never reads; the name and the formula exist.
/// Works for ops outside this library too. `gradcheck_op<MyOp>().or_throw();` is a test.
template <class MyOp>
[[nodiscard]] OpReport gradcheck_op(int order = 2) {
  return detail::check_op(detail::under_test<MyOp>(), order);
}

/// An op of the library without its type.
struct ListedOp {
  const OpInfo* info;             ///< name, rule and saved tensors of the op
  OpReport (*check)(int order);   ///< gradcheck_op() of the op
  int smooth;                     ///< continuous derivatives with default attributes
  int least_smooth, most_smooth;  ///< extremes over the cases
};

/// Returns every op of the library (ops/all.h), each name once.
std::span<const ListedOp> listed_ops();

}  // namespace gradzoo
