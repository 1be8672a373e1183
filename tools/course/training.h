#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/plot/image.h"
#include "tools/course/check.h"

namespace gradzoo::course {

/// KL(truth || model) in nats that step 6 is to come below.
inline constexpr double kRingGoal = 0.01;

/// The eight Gaussians of step 6, trained on by the learner's program.
struct RingSize {
  int steps = 1500, batch = 256;
  int cells = 96;  // of the grid along each axis, on which its density is compared
};

/// What its driver reads; `seed` is of the weights and of all points.
std::string ring_input(const RingSize& size, uint64_t seed);

/// What its driver reads to time the parts of a step.
std::string parts_input(const RingSize& size);

/// What a learner's training came to.
struct RingResult {
  double seconds = 0;  // of its steps alone
  double kl = 0;       // KL(truth || model) in nats by quadrature; NaN where a density is not finite
  std::vector<double> kl_by_quarter = {};
  std::vector<std::vector<double>> log_densities = {};  // (cells, cells), a quarter of the training each
};
/// From the words of its answer. Throws Error where they are not as many as they should be.
RingResult read_ring(const std::string& words, const RingSize& size);

/// The truth, and after each quarter of the training the learner's density.
Image ring_picture(const RingResult& result, const RingSize& size);

/// Seconds that gradzoo's own engine takes for one such step, in f64 on one thread: the best of a few.
double own_step_seconds(const RingSize& size);

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
