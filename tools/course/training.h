#pragma once

#include <cstdint>
#include <string>

#include "tools/course/check.h"
#include "tools/course/ring.h"

namespace gradzoo::course {

/// KL(truth || model) in nats that step 6 is to come below.
inline constexpr double kRingGoal = 0.01;

/// Compiles the learner's step 6 and trains it on the ring. Throws Error with one sentence where it fails.
RingResult train_ring(const std::string& folder, const RingSize& size, uint64_t seed);

/// Seconds of the parts of one of the learner's steps, each alone.
struct StepParts {
  double net = 0, score = 0, loss = 0, gradient = 0, adam = 0;  // the loss computes net and score once more
};
StepParts time_parts(const std::string& folder, const RingSize& size);
/// "net 4 %, score 6 %, ...": of a whole step.
std::string to_string(const StepParts& parts);

/// Adds the last question to a checked step 6: is the goal reached? Where another question is not right it is
/// not asked and counts as wrong; what the same files came to before is not computed again. Nothing is done
/// for other steps.
void ask_training(const Learner& learner, Checked& checked, const RingSize& size = {});

}  // namespace gradzoo::course
