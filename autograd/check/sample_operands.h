#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops/cases.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// Returns random operands for an op's case: values in f64 (uniform, away from `avoid`, pairwise different if
/// `distinct`, with a large diagonal if `dominant`), indices in i64, masks in u8. `roles` has one role per
/// operand. Distinct values are at least `margin` apart, if necessary beyond [low, high].
std::vector<Tensor> sample_operands(std::span<const Operand> operands, const Role* roles, Rng& rng);

}  // namespace gradzoo
