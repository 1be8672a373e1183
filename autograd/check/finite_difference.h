#pragma once

#include <vector>

#include "gradzoo/base/function_ref.h"

/// Derivatives of smooth functions of one number, from values alone.
namespace gradzoo {

/// The values of several functions at t, in f64: the length does not depend on t.
using CurveFn = FunctionRef<std::vector<double>(double)>;

/// What five values at 0, +-h and +-2h tell.
struct Stencil {
  std::vector<double> slope;  // d/dt at 0, error O(h^4) + O(eps / h)
  /// Slope to the right of 0 less slope to the left, over steps h and 2h: twice as large over 2h where the
  /// function is smooth, the same where it has a kink at 0.
  std::vector<double> jump, wide_jump;
};

/// f'(0) = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h.
Stencil five_point_stencil(CurveFn f, double h);

/// d/dt at 0 by Ridders' extrapolation from step h down to h / 2^9: of all central differences and their
/// Richardson extrapolations, for each function the one whose neighbours agree best (Ridders 1982, Advances
/// in Engineering Software 4). Slower; finds the right step where one step does not suit.
std::vector<double> ridders_derivative(CurveFn f, double h);

}  // namespace gradzoo
