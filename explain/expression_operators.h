#pragma once

#include <span>

#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {

/// What expression_operator() finds, by sign.
std::span<const ExpressionFunction> expression_operators();

}  // namespace gradzoo
