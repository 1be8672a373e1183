#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/check/op_checks.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo::detail {

/// Why an op failed.
struct OpFailure {
  std::string message;
};

int64_t elements_of(std::span<const Operand> operands);

/// One case of one op, with operands drawn: values in f64. What checks of it share.
class DrawnCase {
 public:
  DrawnCase(const OpUnderTest& op, const CaseUnderTest& c);

  const OpInfo& info() const { return *op_.info; }
  const OpUnderTest& op() const { return op_; }
  const std::vector<Operand>& described() const { return case_.operands; }
  const std::vector<Tensor>& operands() const { return operands_; }
  /// Which operands are values, not indices or masks.
  const std::vector<size_t>& values() const { return values_; }
  int smoothness() const { return op_.info->smoothness(case_.attributes.data()); }

  Tensor apply(std::span<const Tensor> xs) const;
  /// What the op gives as its slopes at x; it must have some.
  Tensor slopes(const Tensor& x) const { return op_.info->slopes(case_.attributes.data(), x); }
  Shape output_shape() const;
  /// As above; nothing where the op refuses the operands.
  std::optional<Shape> accepted_shape() const;
  /// Other operands that the case describes: values anew, indices and masks as they are.
  std::vector<Tensor> other_operands(uint64_t seed) const;
  /// A random weight for each element of the output.
  Tensor weights() const;
  /// "mul at (2,3) x (3)"
  std::string name() const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  const OpUnderTest& op_;
  const CaseUnderTest& case_;
  std::vector<Tensor> operands_;
  std::vector<size_t> values_;
};

/// Calls check(mask) for every choice of value operands but none: bit k stands for the k-th of them.
template <class Check>
void for_each_choice(const DrawnCase& c, Check&& check) {
  const unsigned all = (1u << c.values().size()) - 1;
  for (unsigned mask = 1; mask <= all; ++mask) check(mask);
}

}  // namespace gradzoo::detail
