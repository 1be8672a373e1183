#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/plot/image.h"
#include "tools/course/check.h"

namespace gradzoo::course {

/// The goal of step 6: a KL(truth || model) in nats below this number.
inline constexpr double kRingGoal = 0.01;

/// The sizes of step 6: the learner's program trains on eight Gaussians.
struct RingSize {
  int steps = 1500, batch = 256;
  int cells = 96;  // cells along each axis of the grid on which densities are compared
};

/// Returns the driver's input; `seed` is the seed of the weights and of all points.
std::string ring_input(const RingSize& size, uint64_t seed);

/// Returns the driver's input for timing the parts of a step.
std::string parts_input(const RingSize& size);

/// The result of a learner's training.
struct RingResult {
  double seconds = 0;  // time of the steps, without other work
  double kl = 0;       // KL(truth || model) in nats by quadrature; NaN if a density is not finite
  std::vector<double> kl_by_quarter = {};
  std::vector<std::vector<double>> log_densities = {};  // (cells, cells) after each quarter of the training
};
/// Reads the driver's answer. Throws Error if the number of words is wrong.
RingResult read_ring(const std::string& words, const RingSize& size);

/// Draws the true density, and the learner's density after each quarter of the training.
Image ring_picture(const RingResult& result, const RingSize& size);

/// Returns the seconds per step of gradzoo's own engine, in f64 on one thread: the best of a few.
double own_step_seconds(const RingSize& size);

/// Compiles the learner's step 6 and trains it on the ring. Throws Error with one sentence if that fails.
RingResult train_ring(const std::string& folder, const RingSize& size, uint64_t seed);

/// The times of the parts of one learner's step in seconds, each measured separately.
struct StepParts {
  double net = 0, score = 0, loss = 0, gradient = 0, adam = 0;  // the loss computes net and score again
};
StepParts time_parts(const std::string& folder, const RingSize& size);
/// Returns "net 4 %, score 6 %, ...": the shares of a whole step.
std::string to_string(const StepParts& parts);

/// Adds the last question to a checked step 6: does the training reach the goal? If another question has
/// wrong answers, the training does not run and counts as wrong. A result for the same files is not computed
/// twice. For other steps, the function does nothing.
void ask_training(const Learner& learner, Checked& checked, const RingSize& size = {});

}  // namespace gradzoo::course
