#pragma once

#include <functional>

#include "gradzoo/autograd/random.h"

/// Initialisers: each fills a weight in place. The weight's shape is (out, in), or (out, in, ...) with a
/// receptive field in the last axes: fan_in = in * field, fan_out = out * field. Random ones use one draw.
namespace gradzoo::init {

/// A function that fills a weight: [](Tensor& w, Rng& rng) { init::normal(w, rng, 0.0, 0.02); }
using Initializer = std::function<void(Tensor& weight, Rng& rng)>;

/// Fan-in and fan-out, by which an initialiser scales.
struct Fans {
  int64_t in = 0;   ///< number of inputs of a unit
  int64_t out = 0;  ///< number of units that read an input
};
/// Throws Error if the rank is below 2.
Fans fans(const Shape& weight);

/// Fills with U(low, high).
void uniform(Tensor& weight, Rng& rng, double low, double high);
/// Fills with N(mean, std^2).
void normal(Tensor& weight, Rng& rng, double mean = 0.0, double std = 1.0);
void zeros(Tensor& weight, Rng& rng);  ///< fills with 0; `rng` is not used

/// Fills with U(-b, b), b = gain sqrt(3 / fan_in). He et al. 2015, "Delving deep into rectifiers", eq. 10;
/// use gain sqrt(2) for relu.
void kaiming_uniform(Tensor& weight, Rng& rng, double gain = 1.4142135623730951);
/// Fills with N(0, gain^2 / fan_in), which has the same variance.
void kaiming_normal(Tensor& weight, Rng& rng, double gain = 1.4142135623730951);

/// Fills with U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)). Glorot & Bengio 2010, "Understanding the
/// difficulty of training deep feedforward neural networks", eq. 16.
void xavier_uniform(Tensor& weight, Rng& rng, double gain = 1.0);
/// Fills with N(0, 2 gain^2 / (fan_in + fan_out)), which has the same variance.
void xavier_normal(Tensor& weight, Rng& rng, double gain = 1.0);

/// Fills with U(-b, b), b = 1 / sqrt(fan_in), as PyTorch's Linear (LeCun et al. 1998, "Efficient BackProp",
/// section 4.6, with a third of its variance).
void torch_linear(Tensor& weight, Rng& rng);
/// Fills a bias with U(-b, b), b = 1 / sqrt(fan_in), for the fan_in of its weight.
void torch_bias(Tensor& bias, Rng& rng, int64_t fan_in);

}  // namespace gradzoo::init
