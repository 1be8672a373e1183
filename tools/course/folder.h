#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/course/check.h"

namespace gradzoo::course {

/// Copies the skeleton, the pages and a README into a folder that is new or empty. Throws Error where
/// something stands there already.
void start_folder(const std::string& folder);
/// Whether it is a learner's: it has a value.h.
bool is_learners(const std::string& folder);

/// The points of each step, and the seed they were won by, as `folder`/.course/state.json has them.
struct StepState {
  int points = 0;
  uint64_t seed = 0;
};
std::vector<StepState> read_state(const std::string& folder);  // one a step
void keep_state(const std::string& folder, const std::vector<Checked>& checked);

/// What the learner's mine.h leaves on a tape, as the explorer's page.
std::string tape_page(const std::string& folder);

}  // namespace gradzoo::course
