#pragma once

/// Special functions of one number, with PyTorch's values at the poles; they never throw and share no state.
namespace gradzoo::kernels::special {

/// log |Gamma(x)|; +inf at 0, -1, -2, ... and at +-inf.
double lgamma(double x);
/// Gamma'(x) / Gamma(x); -inf at +0, +inf at -0, NaN at -1, -2, ...
double digamma(double x);
/// The m-th derivative of digamma, m >= 0. At the poles: +inf for odd m; for even m -inf at 0 and NaN at
/// negative integers, where the two sides differ. 0 at +inf (m >= 1).
double polygamma(int m, double x);

}  // namespace gradzoo::kernels::special
