#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/check/op_checks.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo::detail {

/// The reason why an op failed a check.
struct OpFailure {
  std::string message;
};

int64_t elements_of(std::span<const Operand> operands);

/// One case of one op with drawn f64 operands: the part that all checks of the case share.
class DrawnCase {
 public:
  DrawnCase(const OpUnderTest& op, const CaseUnderTest& c);

  const OpInfo& info() const { return *op_.info; }
  const OpUnderTest& op() const { return op_; }
  const std::vector<Operand>& described() const { return case_.operands; }
  const std::vector<Tensor>& operands() const { return operands_; }
  /// Returns the indices of the operands that are values, not indices or masks.
  const std::vector<size_t>& values() const { return values_; }
  int smoothness() const { return op_.info->smoothness(case_.attributes.data()); }

  Tensor apply(std::span<const Tensor> xs) const;
  /// Returns the op's slopes at x; the op must have the member `slopes`.
  Tensor slopes(const Tensor& x) const { return op_.info->slopes(case_.attributes.data(), x); }
  Shape output_shape() const;
  /// Returns the output's shape, or nothing if the op refuses the operands.
  std::optional<Shape> accepted_shape() const;
  /// Returns other operands for the case: the values are drawn again, indices and masks stay.
  std::vector<Tensor> other_operands(uint64_t seed) const;
  /// Returns a random weight for each element of the output.
  Tensor weights() const;
  /// Returns the name of the case: "mul at (2,3) x (3)".
  std::string name() const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  const OpUnderTest& op_;
  const CaseUnderTest& case_;
  std::vector<Tensor> operands_;
  std::vector<size_t> values_;
};

/// Calls check(mask) for every non-empty choice of value operands: bit k stands for the k-th of them.
template <class Check>
void for_each_choice(const DrawnCase& c, Check&& check) {
  const unsigned all = (1u << c.values().size()) - 1;
  for (unsigned mask = 1; mask <= all; ++mask) check(mask);
}

}  // namespace gradzoo::detail
