#pragma once

#include <functional>

#include "gradzoo/autograd/random.h"

/// Initialisers: each fills a weight in place, of shape (out, in) or (out, in, ...) with a receptive field in
/// the last axes, for which fan_in = in * field and fan_out = out * field. A random one uses one draw.
namespace gradzoo::init {

/// Fills a weight: [](Tensor& w, Rng& rng) { init::normal(w, rng, 0.0, 0.02); }
using Initializer = std::function<void(Tensor& weight, Rng& rng)>;

/// Products that an initialiser scales by.
struct Fans {
  int64_t in = 0;   ///< numbers that a unit reads
  int64_t out = 0;  ///< units that read a number
};
/// Throws Error for a rank below 2.
Fans fans(const Shape& weight);

/// U(low, high)
void uniform(Tensor& weight, Rng& rng, double low, double high);
/// N(mean, std^2)
void normal(Tensor& weight, Rng& rng, double mean = 0.0, double std = 1.0);
void zeros(Tensor& weight, Rng& rng);  ///< all 0; `rng` is not used

/// U(-b, b), b = gain sqrt(3 / fan_in). He et al. 2015, "Delving deep into rectifiers", eq. 10; gain sqrt(2)
/// is for relu.
void kaiming_uniform(Tensor& weight, Rng& rng, double gain = 1.4142135623730951);
/// N(0, gain^2 / fan_in): the same variance.
void kaiming_normal(Tensor& weight, Rng& rng, double gain = 1.4142135623730951);
/// U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)). Glorot & Bengio 2010, "Understanding the difficulty of
/// training deep feedforward neural networks", eq. 16.
void xavier_uniform(Tensor& weight, Rng& rng, double gain = 1.0);
/// N(0, 2 gain^2 / (fan_in + fan_out)): the same variance.
void xavier_normal(Tensor& weight, Rng& rng, double gain = 1.0);
/// U(-b, b), b = 1 / sqrt(fan_in): what PyTorch's Linear gives its weight (LeCun et al. 1998, "Efficient
/// BackProp", section 4.6, with a third of its variance).
void torch_linear(Tensor& weight, Rng& rng);
/// The same bound for the bias beside a weight with this fan_in.
void torch_bias(Tensor& bias, Rng& rng, int64_t fan_in);

}  // namespace gradzoo::init
