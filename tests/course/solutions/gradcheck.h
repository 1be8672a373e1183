// Step 3: is a gradient true? Ask the function itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "value.h"

namespace course {

/// A function of several numbers, and it alone: no tape, no derivative.
using Function = std::function<double(const std::vector<double>&)>;

/// df/dx_i by a central difference.
inline double difference(const Function& f, std::vector<double> x, size_t i, double h) {
  // gap: difference, (f(x + h e_i) - f(x - h e_i)) over how far they are apart
  const double here = x[i];
  x[i] = here + h;
  const double above = f(x), right = x[i];
  x[i] = here - h;
  return (above - f(x)) / (right - x[i]);  // what was really moved, after rounding
  // end
}

/// Whether `gradient` is that of f at x. Its step fits x, its tolerance fits the gradient and what the
/// rounding of f leaves uncertain. A NaN is never right.
inline bool gradcheck(const Function& f, const std::vector<double>& gradient, const std::vector<double>& x) {
  // gap: gradcheck, every coordinate, a step and a tolerance that fit
  constexpr double kEpsilon = 2.2e-16, kRelative = 1e-5;
  if (gradient.size() != x.size()) return false;
  const double size = std::abs(f(x));
  for (size_t i = 0; i < x.size(); ++i) {
    const double h = std::cbrt(kEpsilon) * std::max(1.0, std::abs(x[i]));
    const double found = difference(f, x, i, h);
    const double noise = 10 * kEpsilon * size / h;
    const double allowed = kRelative * std::max(std::abs(found), std::abs(gradient[i])) + noise;
    if (!(std::abs(found - gradient[i]) <= allowed)) return false;
  }
  return true;
  // end
}

}  // namespace course
