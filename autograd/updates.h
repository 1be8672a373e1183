#pragma once

#include "gradzoo/autograd/tensor.h"

/// Updates of whole tensors for learning and chains, f32 and f64: one pass, in place, never recorded.
namespace gradzoo {

/// Returns the sum of squares, computed in double for f32 too.
double sum_squares(const Tensor& x);
/// Sets elements [begin, end) to `value`.
void fill_part(Tensor& x, int64_t begin, int64_t end, double value);
/// Sets mean += weight (to - mean), exactly if they are equal.
void move_towards(Tensor& mean, const Tensor& to, double weight);

/// Makes an SGD step on elements [begin, end): v = momentum v + g + weight_decay w (v = g at the first step),
/// w -= lr v; nesterov: w -= lr (g + momentum v). Without momentum v is undefined.
void sgd_update(Tensor& w, const Tensor& g, Tensor& v, int64_t begin, int64_t end, double lr, double momentum,
                double weight_decay, bool nesterov);
/// Makes an Adam step on elements [begin, end), with moments m and v. `step` counts from 1.
void adam_update(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, int64_t begin, int64_t end, double lr,
                 double beta1, double beta2, double eps, double weight_decay, bool decoupled, int64_t step);

/// Makes leapfrog steps of x, z (B, d), with the gradient g (B, d), r = diag M^(-1/2) (d) and z = r p for
/// momenta p: z += kick r g, then x += drift r z.
void kick_and_drift(double kick, double drift, const Tensor& g, const Tensor& r, Tensor& z, Tensor& x);
/// Returns |z + kick r g|^2 / 2 for every row: (B).
Tensor kinetic_energy(double kick, const Tensor& g, const Tensor& r, const Tensor& z);

}  // namespace gradzoo
