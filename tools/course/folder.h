#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/course/check.h"

namespace gradzoo::course {

/// Copies the skeleton, the pages and a README into a folder. Throws Error if the folder has files.
void start_folder(const std::string& folder);
/// True if the folder is a learner's folder: it has a value.h.
bool is_learners(const std::string& folder);

/// The points of each step, and the seed of their check, from `folder`/.course/state.json.
struct StepState {
  int points = 0;
  uint64_t seed = 0;
};
std::vector<StepState> read_state(const std::string& folder);  // one per step
void keep_state(const std::string& folder, const std::vector<Checked>& checked);

/// Returns the explorer's page for the tape that the learner's mine.h records.
std::string tape_page(const std::string& folder);

}  // namespace gradzoo::course
