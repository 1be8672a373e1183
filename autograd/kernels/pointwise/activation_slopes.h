#pragma once

#include <cstdint>

#include "autograd/kernels/pointwise/elementwise.h"

/// Two derivatives of an activation together, with one exponential. No result may alias an operand.
namespace gradzoo::kernels {

/// first[i] = g[i] f'(x[i]), second[i] = g[i] h[i] f''(x[i]); the factors are 1 where g and h are null.
template <class T>
void activation_slopes(Activation f, double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                       int64_t count);

/// y[i] = a[i] f''(x[i]) + b[i] f'''(x[i])
template <class T>
void activation_slopes_grad(Activation f, double alpha, const T* a, const T* b, const T* x, T* y,
                            int64_t count);

}  // namespace gradzoo::kernels
