#pragma once

#include <string>
#include <vector>

#include "gradzoo/plot/image.h"

namespace gradzoo::course {

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

}  // namespace gradzoo::course
