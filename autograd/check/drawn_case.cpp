#include "autograd/check/drawn_case.h"

#include <fmt/format.h>

#include "autograd/check/sample_operands.h"

namespace gradzoo::detail {
namespace {

constexpr uint64_t kSeed = 20;

}  // namespace

int64_t elements_of(std::span<const Operand> operands) {
  int64_t total = 0;
  for (const Operand& operand : operands) total += operand.shape.size();
  return total;
}

DrawnCase::DrawnCase(const OpUnderTest& op, const CaseUnderTest& c) : op_(op), case_(c) {
  Rng rng(kSeed, op.info->name);
  operands_ = sample_operands(c.operands, op.info->roles, rng);
  for (size_t i = 0; i < operands_.size(); ++i) {
    if (op.info->roles[i] == Role::value) values_.push_back(i);
  }
}

Tensor DrawnCase::apply(std::span<const Tensor> xs) const {
  std::array<const Tensor*, kMaxInputs> pointers{};
  for (size_t i = 0; i < xs.size(); ++i) pointers[i] = &xs[i];
  return detail::run(*op_.info, case_.attributes.data(), Inputs(pointers.data(), op_.info->arity));
}

Shape DrawnCase::output_shape() const {
  const NoGrad guard;
  return apply(operands_).shape();
}

std::optional<Shape> DrawnCase::accepted_shape() const {
  try {
    return output_shape();
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<Tensor> DrawnCase::other_operands(uint64_t seed) const {
  Rng rng(kSeed + seed, op_.info->name);
  std::vector<Tensor> out = sample_operands(case_.operands, op_.info->roles, rng);
  for (size_t i = 0; i < out.size(); ++i) {
    if (op_.info->roles[i] != Role::value) out[i] = operands_[i];
  }
  return out;
}

Tensor DrawnCase::weights() const {
  Rng rng(kSeed, "weights");
  return randn(output_shape(), rng, DType::f64);
}

std::string DrawnCase::name() const {
  std::string text;
  for (const Operand& operand : case_.operands) text += (text.empty() ? "" : " x ") + operand.shape.str();
  return fmt::format("{} at {}", op_.info->name, text);
}

void DrawnCase::fail(const std::string& what) const { throw OpFailure{fmt::format("{}: {}", name(), what)}; }

}  // namespace gradzoo::detail
