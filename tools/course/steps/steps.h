#pragma once

#include <cstdint>
#include <vector>

#include "tools/course/case.h"

/// The cases of each step: public ones, the same for everybody, and others drawn by the seed.
namespace gradzoo::course {

std::vector<Case> cases_of_values(uint64_t seed);
std::vector<Case> cases_of_sweep(uint64_t seed);
std::vector<Case> cases_of_gradcheck(uint64_t seed);
std::vector<Case> cases_of_arrays(uint64_t seed);
std::vector<Case> cases_of_second_order(uint64_t seed);
std::vector<Case> cases_of_learning(uint64_t seed);

}  // namespace gradzoo::course
