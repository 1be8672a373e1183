#pragma once

#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/function_ref.h"

/// Likelihood is not quality (Theis, van den Oord & Bethge 2016, section 3): both directions, as numbers.
namespace gradzoo {

/// log(.01 p + .99 noise) from both log-densities.
Tensor one_percent_data(const Tensor& log_p, const Tensor& log_noise);

/// E_p[log p - log p_m], nats, of 2,000 draws of p = N(0, I) in `dimensions`, p_m being what
/// log_mixture(log p, log noise) makes of both log-densities; the noise is N(0, 9 I).
double mixture_loss(FunctionRef<Tensor(const Tensor& log_p, const Tensor& log_noise)> log_mixture,
                    int64_t dimensions, uint64_t seed);

/// A model of 2,000 points of ring8 that has a width.
struct PointModel {
  /// log p(x) of x (n, 2).
  Tensor (*log_density)(const Tensor& train, double width, const Tensor& x);
  /// n of its samples.
  Tensor (*sample)(const Tensor& train, double width, int64_t n, Rng& rng);
};
/// What such a model knows and draws as it narrows.
struct Memory {
  std::vector<double> widths;  ///< falling
  std::vector<double> log_px;  ///< mean log p of 500 test points under each, nats
  double p_value;              ///< of its samples at the least width, 1,000 against fresh points
  Tensor train;                ///< (2000, 2) that it knows
  Tensor samples;              ///< (1000, 2), those samples
};
/// Of a model of 2,000 points of ring8.
Memory measure_memory(const PointModel& model, uint64_t seed);

///@{
/// Kernel density: 1/n sum_i N(x; x_i, width^2 I), and its samples, no centre twice.
Tensor kernel_log_density(const Tensor& train, double width, const Tensor& x);
Tensor kernel_samples(const Tensor& train, double width, int64_t n, Rng& rng);
///@}

}  // namespace gradzoo
