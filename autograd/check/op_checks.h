#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo {

/// What the checks of one op found.
struct [[nodiscard]] OpReport {
  std::string name;        ///< of the op
  int cases = 0;           ///< the op's own, and those derived from them
  int order = 0;           ///< the highest that was checked
  int64_t compared = 0;    ///< derivatives
  double worst_error = 0;  ///< of a derivative, relative: GradcheckResult
  bool ok = true;          ///< no check failed
  std::string message;     ///< "" where ok; else op, operand shapes, order, input, both values
  double seconds = 0;      ///< wall clock

  explicit operator bool() const { return ok; }
  /// Throws Error with the message unless ok.
  const OpReport& or_throw() const;
};

namespace detail {

/// An op's cases without its type.
struct CaseUnderTest {
  alignas(8) std::array<std::byte, kMaxAttributeBytes> attributes{};
  std::vector<Operand> operands;
};

struct OpUnderTest {
  const OpInfo* info = nullptr;
  double tolerance = 1e-6;      ///< of derivatives, relative
  double f32_tolerance = 1e-5;  ///< of f32 values and gradients against f64, relative
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

/// Every check that an op must pass, on operands drawn as `MyOp::cases()` states them (ops/cases.h):
///   - every derivative up to `order` by full Jacobians (order 3 and above: small cases of ops that are that
///     smooth; ops with a kink are checked away from it, as far as order 2), and the gradients again where
///     only some of the operands want one;
///   - the same where one operand is made to broadcast, for ops that then still accept it;
///   - random directions, as far as order 2, with every size multiplied;
///   - f32 values and gradients against f64, within `MyOp::f32_tolerance` (1e-5 where it states none);
///   - `kind`: a linear op is linear, a bilinear one in each operand, the Jacobian of an elementwise one is
///   diagonal;
///   - from order 2, forward rules: gradient and Laplacian carried forward through it, with whichever
///   operands depend
///     on x, are those of sweeps (so `lifted` and `slopes` are right), and its derivatives have no jump where
///     `smoothness` says that they are continuous;
///   - `saves`: nothing is kept that the vjp never reads; name and formula are there.
/// Works for ops outside this library too. `gradcheck_op<MyOp>().or_throw();` is a test.
template <class MyOp>
[[nodiscard]] OpReport gradcheck_op(int order = 2) {
  return detail::check_op(detail::under_test<MyOp>(), order);
}

/// An op of the library, without its type.
struct ListedOp {
  const OpInfo* info;             ///< its name, rule and what it saves
  OpReport (*check)(int order);   ///< gradcheck_op of it
  int smooth;                     ///< continuous derivatives with the attributes that it has by default
  int least_smooth, most_smooth;  ///< over its cases
};

/// Every op of the library (ops/all.h), each name once.
std::span<const ListedOp> listed_ops();

}  // namespace gradzoo
