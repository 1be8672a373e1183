#pragma once

#include "gradzoo/autograd/random.h"

/// Binary units and products with them, in f32 and f64. No function here is ever recorded.
namespace gradzoo {

/// Returns x w for x (B, n) and w (n, m); for a binary x with few ones it is a sum of rows of w.
Tensor unit_product(const Tensor& x, const Tensor& w);
/// Sets to = x^T h, or to += x^T h if `adds`: x (k, n), h (k, m), to (n, m). A binary x is as fast as above.
void add_product(const Tensor& x, const Tensor& h, Tensor& to, bool adds);

/// Makes binary units from logits (B, k) and bias (k): each is 1 with probability p = sigmoid(scale logits +
/// bias). Writes the units into `draws` (B, k) with one draw of rng, and factor p into rows [first, first +
/// B) of `out` (N, k). A null pointer means that this output is not wanted.
void make_units(const Tensor& logits, double scale, const Tensor& bias, Rng* rng, Tensor* draws, Tensor* out,
                int64_t first, double factor);

/// Adds sum_j softplus(to z_j) - softplus(from z_j) to sums (B), in f64, for z = logits (B, k) + bias (k).
/// Small rises are as accurate as large ones.
void add_softplus_rise(double from, double to, const Tensor& logits, const Tensor& bias, Tensor& sums);

}  // namespace gradzoo
