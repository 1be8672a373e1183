#pragma once

#include "autograd/kernels/conv/conv_sizes.h"

/// Convolutions of images with the channels last, and both of their gradients: one trilinear form
///   T(x, w, y) = sum x[b, i stride + k dilation - padding, c] w[k, c, o] y[b, i, o]
/// with x (B,H,W,in), w (kh,kw,in,out) and y (B,oh,ow,out), two of which give the third. x is 0 outside. The
/// sums are direct, without a copy of x per tap, or in f32 by Winograd's method (winograd.h), by the sizes.
/// Results do not depend on threads.
namespace gradzoo::kernels {

/// y = T(x, w, .) + bias, which may be null.
template <class T>
void conv(const ConvSizes& s, const T* x, const T* w, const T* bias, T* y);

/// x = T(., w, y) + bias (in), which may be null.
template <class T>
void conv_transpose(const ConvSizes& s, const T* y, const T* w, const T* bias, T* x);

/// w = T(x, ., y), or w += T(x, ., y) if `adds`.
template <class T>
void conv_weight(const ConvSizes& s, const T* x, const T* y, bool adds, T* w);

}  // namespace gradzoo::kernels
