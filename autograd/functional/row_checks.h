#pragma once

#include "gradzoo/autograd/tensor.h"

/// Checks of the arguments of functions of rows. `op` names the function in messages.
namespace gradzoo {

/// Throws Error unless x is rows of points, (B,d).
void check_points(const Tensor& x, const char* op);

/// Throws Error unless a function returned y in the shape `expected`, one result per row.
void check_row_results(const Tensor& y, const Shape& expected, const char* op);

/// Throws Error if an op on a path from x to y, both recorded, has a kink.
void refuse_kinks(const Tensor& x, const Tensor& y, const char* op);

}  // namespace gradzoo
