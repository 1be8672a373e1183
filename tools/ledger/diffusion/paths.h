#pragma once

#include "autograd/check/gradcheck.h"
#include "models/networks/flow_density.h"
#include "models/networks/path_steps.h"
#include "tools/ledger/row.h"

/// Theorems of models along a path from noise to data: readings of one network, and ways along the path. Data
/// are N(m, s^2), of which every mean is known.
namespace gradzoo {

/// How one reading becomes the others.
struct Conversions {
  Reading (*from_noise)(const Tensor&, const Tensor&, const Mixing&) = read_noise;
  Reading (*from_denoised)(const Tensor&, const Tensor&, const Mixing&) = read_denoised;
  Reading (*from_score)(const Tensor&, const Tensor&, const Mixing&) = read_score;
  Reading (*from_velocity)(const Tensor&, const Tensor&, const Mixing&) = read_velocity;
  Tensor (*to_score)(const Reading&, const Mixing&) = score_of;
  Tensor (*to_velocity)(const Reading&, const Mixing&) = velocity_of;
};
/// x_t is N(a m, v), v = a^2 s^2 + b^2, so its score is -(x - a m) / v, and what carries it along is a' m +
/// v' / (2 v) (x - a m): the largest relative error of either, from each of the four readings, on three
/// paths.
double conversion_error(const Conversions& how);

/// The largest |z| of mean and variance of many chains against what a Langevin step makes of them, level by
/// level:
///   v <- (1 - e sigma^2 / (s^2 + sigma^2))^2 v + 2 e sigma^2.
double gaussian_levels_z(PathStep step, uint64_t seed);

/// The largest difference between a level's steps with e and those written x + alpha/2 s + sqrt(alpha) z,
/// alpha = eps sigma_i^2 / sigma_L^2 (Song & Ermon 2019, algorithm 1), eps = 2 e sigma_L^2.
double step_convention_error(PathStep step);

/// The largest difference between two draws of the same start with other random streams.
double stream_difference(PathStep step);

/// Mean over draws of N(m, S) of the bits a dimension between its density and that by the cosine path's flow:
/// KL of what the path's start leaves of the data.
double gaussian_flow_bits_error(FunctionRef<Tensor(VelocityFn, const Tensor&)> log_density);

/// The relative difference of b^2 times denoising score matching, value and theta-gradient, from the error of
/// the noise that the same network's score stands for; `weight` is b^2 there.
double score_equivalence_error(double (*weight)(const Mixing&));

std::vector<Row> path_rows();

}  // namespace gradzoo
