#pragma once

#include <array>

#include "gradzoo/autograd/op.h"

namespace gradzoo::test {

/// The declarations that a test's op begins with: its value has the first operand's shape, and `its_saves`
/// says for each operand what the gradient reads.
template <Kind its_kind, unsigned... its_saves>
struct OwnOp {
  static constexpr const char* formula = "y = f(x)";
  static constexpr Kind kind = its_kind;
  static constexpr std::array<unsigned, sizeof...(its_saves)> saves = {its_saves...};
  Shape shape(Inputs in) const { return in[0].shape(); }
};

}  // namespace gradzoo::test
