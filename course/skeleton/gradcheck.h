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
  throw NotWritten("difference, (f(x + h e_i) - f(x - h e_i)) over how far they are apart");
}

/// Whether `gradient` is that of f at x. Its step fits x, its tolerance fits the gradient and what the
/// rounding of f leaves uncertain. NaN and infinity are never right.
inline bool gradcheck(const Function& f, const std::vector<double>& gradient, const std::vector<double>& x) {
  throw NotWritten("gradcheck, every coordinate, a step and a tolerance that fit");
}

}  // namespace course
