#pragma once

#include <cstdint>
#include <vector>

#include "tools/course/case.h"
#include "tools/course/program.h"

/// The cases of each step: public ones, the same for everybody, and others drawn by the seed.
namespace gradzoo::course {

/// Where differences stand in place of rules, of functions that are steep in one direction (two_scales).
inline constexpr const char* kNoStepFits =
    "no step h fits both parts of this function: differences see one of them, rules see both";

/// Where a difference stands in place of one rule, of sin and cos at 1e22.
inline constexpr const char* kTooFar =
    "so far out x + h is x itself, for any small h: a rule is a formula, and no difference of two values";

/// The same of exp at 709.75, beside which it overflows.
inline constexpr const char* kTooHigh =
    "exp of a little more is infinite: a rule reads what stands on the tape, and computes no second value";

/// Of one op or rule, at a number of any size.
inline constexpr const char* kAnySize =
    "right at the numbers that are always asked, and not at this one: is it one formula for all numbers, "
    "large and tiny, negative and 0?";

/// Where a rule is right for few numbers, or for two axes.
inline constexpr const char* kLarge =
    "right for small arrays of two axes: does anything count on their size, or on how many axes there are?";

/// One op each, of numbers or of arrays (1): at 0, 1, -1 and 2, and at numbers of either sign from a
/// billionth to a million, as first operand and as second.
std::vector<Program> draw_rules(Draws& draws, bool of_arrays);

std::vector<Case> cases_of_values(uint64_t seed);
std::vector<Case> cases_of_sweep(uint64_t seed);
std::vector<Case> cases_of_gradcheck(uint64_t seed);
std::vector<Case> cases_of_arrays(uint64_t seed);
std::vector<Case> cases_of_second_order(uint64_t seed);
std::vector<Case> cases_of_learning(uint64_t seed);

}  // namespace gradzoo::course
