#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/explain/program.h"

namespace gradzoo {

/// One element of a variable, which is moved to see a derivative's values on both sides of the point.
struct Coordinate {
  std::string name;     // "x", "A[0,1]"
  size_t variable = 0;  // index of the variable
  int64_t element = 0;  // index of the element
  double value = 0;
};

/// The elements of f and of each derivative.
using DerivativeTable = std::vector<std::vector<double>>;

/// Request for remarks on f and its derivatives, all at one point.
struct RemarkQuestion {
  std::vector<std::vector<size_t>> by;  // variables of each derivative, as in f_xy; f has none
  std::vector<Coordinate> coordinates;  // empty if nothing can be moved
  /// Returns the values where one coordinate is moved, or {} outside the domain.
  std::function<DerivativeTable(const Coordinate&, double moved)> moved;
  std::string reason;  // "log is infinite" if f is not finite, else ""
};

/// Sets `remark` and `sides`. The engine's values at four distances from 1e-8 max(|x|, 1e-3) down to a 512th
/// of it show if a derivative is continuous: then they approach the value at the point.
void add_remarks(std::vector<ExplainedDerivative>& derivatives, const RemarkQuestion& question);

}  // namespace gradzoo
