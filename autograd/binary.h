#pragma once

#include "gradzoo/autograd/random.h"

/// Binary units and products with them, f32 and f64; never recorded.
namespace gradzoo {

/// x w: x (B, n), w (n, m). Where x is binary with few ones, a sum of rows of w.
Tensor unit_product(const Tensor& x, const Tensor& w);
/// to = x'h, or to += x'h where `adds`: x (k, n), h (k, m), to (n, m). Likewise.
void add_product(const Tensor& x, const Tensor& h, Tensor& to, bool adds);

/// Units of logits (B, k) and bias (k), each 1 with probability p = sigmoid(scale logits + bias): into
/// `draws` (B, k) by one draw of rng, and factor p into rows [first, first + B) of `out` (N, k). null: not
/// wanted.
void make_units(const Tensor& logits, double scale, const Tensor& bias, Rng* rng, Tensor* draws, Tensor* out,
                int64_t first, double factor);

/// sums (B) f64 += sum_j softplus(to z_j) - softplus(from z_j), z = logits + bias: (B, k), (k). Small rises
/// are as accurate as large ones.
void add_softplus_rise(double from, double to, const Tensor& logits, const Tensor& bias, Tensor& sums);

}  // namespace gradzoo
