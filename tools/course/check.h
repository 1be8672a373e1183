#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/course/materials.h"

namespace gradzoo::course {

/// A case that was not answered right.
struct Failed {
  std::string asked, came, expected, hint;
  bool reached = true;   // false: the program had ended before
  bool follows = false;  // a question that it builds on is wrong, and comes first
};

/// The cases of one line of the report.
struct Question {
  std::string name;
  int right = 0, cases = 0;
  std::vector<Failed> failed = {};
};

struct Checked {
  const Step* step = nullptr;
  uint64_t seed = 0;
  std::string failure = {};  // why nothing was asked: it does not compile
  std::vector<Question> questions = {};
  std::string printed = {};  // what the learner's code wrote itself
  bool begun = false;        // something is no longer as it was handed out

  /// 0 to 100: the share of questions of which all cases are right.
  int points() const;
};

/// Compiles a learner's files with the step's driver, and asks. Throws Error where files are missing.
Checked check_step(const Learner& learner, const Step& step, uint64_t seed);
/// The same for several steps, which are compiled side by side.
std::vector<Checked> check_steps(const Learner& learner, const std::vector<const Step*>& steps,
                                 uint64_t seed);

/// What check prints: a line a question, and the first few failed cases with their hints.
std::string report_of(const Checked& checked, size_t most_failed = 3);

}  // namespace gradzoo::course
