#pragma once

#include <cstdint>
#include <vector>

#include "tools/course/case.h"
#include "tools/course/program.h"

/// The cases of each step: public cases, which are the same for everybody, and cases drawn with the seed.
namespace gradzoo::course {

/// Hint if finite differences replace rules, from functions that are steep in one direction (two_scales).
inline constexpr const char* kNoStepFits =
    "no step h fits both parts of this function: differences see only one of them, rules see both";

/// Hint if a finite difference replaces one rule, from sin and cos at 1e22.
inline constexpr const char* kTooFar =
    "so far out, x + h equals x for any small h: a rule is a formula, not a difference of two values";

/// Hint if a finite difference replaces the rule of exp, from exp at 709.75: exp overflows just above.
inline constexpr const char* kTooHigh =
    "exp of a slightly larger number is infinite: a rule reads values on the tape, and computes no others";

/// Hint if one op or rule is wrong for some numbers only.
inline constexpr const char* kAnySize =
    "right at the fixed numbers, wrong at this one: is it one formula for all numbers, large, tiny, negative "
    "and 0?";

/// Hint if a rule is right only for small arrays, or only for two axes.
inline constexpr const char* kLarge =
    "right for small arrays with two axes: does it depend on their size, or on the number of axes?";

/// Draws programs of one op each, on numbers or on arrays with one element: at 0, 1, -1 and 2, and at
/// positive and negative numbers from 1e-9 to 1e6, as first and as second operand.
std::vector<Program> draw_rules(Draws& draws, bool of_arrays);

std::vector<Case> cases_of_values(uint64_t seed);
std::vector<Case> cases_of_sweep(uint64_t seed);
std::vector<Case> cases_of_gradcheck(uint64_t seed);
std::vector<Case> cases_of_arrays(uint64_t seed);
std::vector<Case> cases_of_second_order(uint64_t seed);
std::vector<Case> cases_of_learning(uint64_t seed);

}  // namespace gradzoo::course
