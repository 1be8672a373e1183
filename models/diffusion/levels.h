#pragma once

#include <cstdint>

/// The number of noise levels, and the steps at each (Song & Ermon 2020, "Improved techniques for training
/// score-based generative models").
namespace gradzoo {

/// The ratio g of neighbouring levels at which samples of one level are still typical of the next, in d
/// dimensions (technique 2): Phi(sqrt(2d) (g - 1) + 3g) - Phi(sqrt(2d) (g - 1) - 3g) = 1/2, but at most 2,
/// which few dimensions would exceed.
double level_ratio(int64_t dimensions);
/// Levels from first down to last at about that ratio, 2 or more. Throws Error unless first > last > 0.
int64_t level_count(double first, double last, int64_t dimensions);
/// The step e, in units of a level's variance, at which so many Langevin steps bring a Gaussian of the level
/// before, g times as wide, nearest to the level's own variance (technique 4): least
///   (1 - e)^(2 repeats) (g^2 - A) + A,  A = 2 / (2 - e),  for e in (0, 1).
double level_step(double ratio, int64_t repeats);

}  // namespace gradzoo
