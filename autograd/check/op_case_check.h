#pragma once

#include "autograd/check/drawn_case.h"

namespace gradzoo::detail {

/// Checks the derivatives of one case of an op: throws OpFailure, and reports the measured errors.
class OpCaseCheck {
 public:
  OpCaseCheck(const OpUnderTest& op, const CaseUnderTest& c, OpReport& report)
      : case_(op, c), report_(report) {}

  const DrawnCase& drawn() const { return case_; }
  void check_derivatives(int order);
  void check_directions(int order);
  void check_f32() const;
  /// Checks that a gradient does not depend on which other operands want one.
  void check_subsets() const;
  /// Returns the saved slots that the vjp reads for the gradient of input i.
  unsigned slots_read(int i) const;

 private:
  void run(int order, int64_t directions);
  bool rule_runs(int i, int without) const;
  std::vector<Tensor> value_and_gradients(std::span<const Tensor> xs, const Tensor& grad_output) const;

  DrawnCase case_;
  OpReport& report_;
};

}  // namespace gradzoo::detail
