#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// Random operands as an op's case describes them: values in f64 (uniform, away from `avoid`, pairwise
/// different where `distinct`, with a large diagonal where `dominant`), indices in i64, masks in u8. `roles`
/// holds one role for each operand. Distinct values lie at least `margin` apart, if need be beyond [low,
/// high].
std::vector<Tensor> sample_operands(std::span<const Operand> operands, const Role* roles, Rng& rng);

}  // namespace gradzoo
