#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autograd/check/op_checks.h"
#include "autograd/random.h"

namespace gradzoo::detail {

/// Why an op failed.
struct OpFailure {
  std::string message;
};

int64_t elements_of(std::span<const Operand> operands);

/// One case of one op, with operands drawn. Checks throw OpFailure; what they measure goes into the report.
class OpCaseCheck {
 public:
  OpCaseCheck(const OpUnderTest& op, const CaseUnderTest& c, OpReport& report);

  Shape output_shape() const;
  /// As above; nothing where the op refuses the operands.
  std::optional<Shape> accepted_shape() const;
  void check_derivatives(int order);
  void check_directions(int order);
  void check_f32() const;
  void check_kind();
  /// Saved slots that the vjp reads for the gradient of input i.
  unsigned slots_read(int i) const;

 private:
  Tensor apply(std::span<const Tensor> xs) const;
  bool is_value(size_t i) const { return op_.info->roles[i] == Role::value; }
  void run(int order, int64_t directions);
  void check_linear();
  void check_elementwise();
  bool rule_runs(int i, int without) const;
  std::vector<Tensor> value_and_gradients(std::span<const Tensor> xs, const Tensor& grad_output) const;
  [[noreturn]] void fail(const std::string& what) const;

  const OpUnderTest& op_;
  const CaseUnderTest& case_;
  OpReport& report_;
  Rng rng_;
  std::vector<Tensor> operands_;
};

}  // namespace gradzoo::detail
