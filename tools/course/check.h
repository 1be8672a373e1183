#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/course/materials.h"

namespace gradzoo::course {

/// A case whose answer is wrong.
struct Failed {
  std::string asked, came, expected, hint;
  bool reached = true;   // false if the program had ended before this case
  bool follows = false;  // true if an earlier question, on which this one builds, is wrong
};

/// The cases of one line in the report.
struct Question {
  std::string name;
  int right = 0, cases = 0;
  std::vector<Failed> failed = {};
};

struct Checked {
  const Step* step = nullptr;
  uint64_t seed = 0;
  std::string failure = {};  // reason why no case was run, such as a compiler's error
  std::vector<Question> questions = {};
  std::string printed = {};  // output of the learner's own code
  bool begun = false;        // true if at least one gap of the skeleton is filled

  /// Returns the percentage of questions whose cases are all right, 0 to 100.
  int points() const;
};

/// The number of further processes that answer the questions again. They find answers that depend on
/// addresses or on unset memory.
inline constexpr size_t kFurtherProcesses = 24;

/// Compiles a learner's files with the step's driver and runs the cases. Throws Error if files are missing.
Checked check_step(const Learner& learner, const Step& step, uint64_t seed,
                   size_t further_processes = kFurtherProcesses);
/// Checks several steps, which are compiled in parallel.
std::vector<Checked> check_steps(const Learner& learner, const std::vector<const Step*>& steps,
                                 uint64_t seed);

/// Returns the output of `course check`: one line per question, and the first failed cases with their hints.
std::string report_of(const Checked& checked, size_t most_failed = 3);

}  // namespace gradzoo::course
