#pragma once

#include "gradzoo/autograd/tensor.h"

/// What functions of rows ask of their arguments. `op` names who asks.
namespace gradzoo {

/// Throws unless x is rows of points, (B,d).
void check_points(const Tensor& x, const char* op);

/// Throws unless a function gave y of the shape `expected`, one result a row.
void check_row_results(const Tensor& y, const Shape& expected, const char* op);

/// Throws where an op on the way from x to y, both recorded, has a kink.
void refuse_kinks(const Tensor& x, const Tensor& y, const char* op);

}  // namespace gradzoo
