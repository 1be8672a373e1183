#pragma once

#include <cstdint>
#include <vector>

#include "tools/course/case.h"

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

/// Of one rule, at a number of any size.
inline constexpr const char* kAnySize =
    "right at the numbers that are always asked, and not at this one: a rule is one formula for all numbers";

/// Where a rule is right for few numbers, or for two axes.
inline constexpr const char* kLarge =
    "right for small arrays of two axes: does anything count on their size, or on how many axes there are?";

std::vector<Case> cases_of_values(uint64_t seed);
std::vector<Case> cases_of_sweep(uint64_t seed);
std::vector<Case> cases_of_gradcheck(uint64_t seed);
std::vector<Case> cases_of_arrays(uint64_t seed);
std::vector<Case> cases_of_second_order(uint64_t seed);
std::vector<Case> cases_of_learning(uint64_t seed);

}  // namespace gradzoo::course
