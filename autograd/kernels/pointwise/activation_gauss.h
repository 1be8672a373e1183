#pragma once

#include <cstdint>

#include "autograd/kernels/pointwise/elementwise.h"

namespace gradzoo::kernels {

/// True if gauss_activation() computes this activation, not the kernels of the others.
constexpr bool is_gauss(Activation f) { return f == Activation::gelu || f == Activation::erf; }

/// Computes the n-th derivative of gelu or erf at x, times g if g is not null.
template <class T>
void gauss_activation(Activation f, int n, const T* g, const T* x, T* y, int64_t count);

}  // namespace gradzoo::kernels
