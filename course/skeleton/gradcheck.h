// Step 3: is a gradient true? Ask the function itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "value.h"

namespace course {

/// A function of several numbers, without a tape or a derivative.
using Function = std::function<double(const std::vector<double>&)>;

/// df/dx_i from a central difference.
inline double difference(const Function& f, std::vector<double> x, size_t i, double h) {
  throw NotWritten("difference, (f(x + h e_i) - f(x - h e_i)) over how far they are apart");
}

/// True if `gradient` is the gradient of f at x. The step fits x; the tolerance fits the gradient and the
/// rounding errors of f. NaN and infinity are never right.
inline bool gradcheck(const Function& f, const std::vector<double>& gradient, const std::vector<double>& x) {
  throw NotWritten("gradcheck, every coordinate, a step and a tolerance that fit");
}

}  // namespace course
