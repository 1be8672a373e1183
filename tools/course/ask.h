#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/course/case.h"

namespace gradzoo::course {

struct Answers {
  std::vector<Answer> answers;  // one a case
  std::string printed;          // what the learner's code wrote itself, its beginning
};

/// Puts the cases to a compiled driver as a process of its own. Where it dies the case at hand is answered by
/// how, and another process goes on with the next; after a few deaths, or answers that
/// filled the memory, the rest is not asked.
/// Memory that it frees is overwritten unless that would take too long.
Answers ask(const std::string& program, const std::string& folder, std::span<const Case> cases,
            bool spoil_freed = true);

}  // namespace gradzoo::course
