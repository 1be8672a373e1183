#pragma once

#include <vector>

#include "gradzoo/base/function_ref.h"

/// Finite differences: derivatives of smooth functions of one number, from their values only.
namespace gradzoo {

/// The values of several functions at t, in f64; their number does not depend on t.
using CurveFn = FunctionRef<std::vector<double>(double)>;

/// The results from five values at 0, +h, -h, +2h and -2h.
struct Stencil {
  std::vector<double> slope;  // d/dt at 0, error O(h^4) + O(eps / h)
  /// The slope to the right of 0 minus the slope to the left, over steps h and 2h. Over 2h it is twice as
  /// large if the function is smooth, and equal if the function has a kink at 0.
  std::vector<double> jump, wide_jump;
};

/// Returns f'(0) = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h.
Stencil five_point_stencil(CurveFn f, double h);

/// Returns d/dt at 0 from Ridders' extrapolation (Ridders 1982, Advances in Engineering Software 4), with
/// steps from h down to h / 2^9. From all central differences and their Richardson extrapolations it takes
/// for each function the one whose neighbours agree best. Slower, but it finds a step that suits.
std::vector<double> ridders_derivative(CurveFn f, double h);

}  // namespace gradzoo
