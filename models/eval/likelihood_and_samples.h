#pragma once

#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/function_ref.h"

/// Evidence that likelihood is not sample quality (Theis, van den Oord & Bethge 2016, section 3).
namespace gradzoo {

/// Returns log(0.01 p + 0.99 noise) from both log-densities.
Tensor one_percent_data(const Tensor& log_p, const Tensor& log_noise);

/// Returns E_p[log p - log p_m] in nats from 2,000 draws of p = N(0, I) in `dimensions`. log_mixture(log p,
/// log noise) returns log p_m; the noise is N(0, 9 I).
double mixture_loss(FunctionRef<Tensor(const Tensor& log_p, const Tensor& log_noise)> log_mixture,
                    int64_t dimensions, uint64_t seed);

/// A model of 2,000 points of ring8 with a width parameter.
struct PointModel {
  /// Returns log p(x) of x (n, 2).
  Tensor (*log_density)(const Tensor& train, double width, const Tensor& x);
  /// Draws n samples.
  Tensor (*sample)(const Tensor& train, double width, int64_t n, Rng& rng);
};
/// The likelihood and the samples of a PointModel as its width falls.
struct Memory {
  std::vector<double> widths;  ///< widths, falling
  std::vector<double> log_px;  ///< mean log p of 500 test points per width, nats
  double p_value;  ///< p-value of a test of 1,000 samples at the smallest width against fresh points
  Tensor train;    ///< (2000, 2): training points of the model
  Tensor samples;  ///< (1000, 2): samples at the smallest width
};
/// Measures a model of 2,000 points of ring8.
Memory measure_memory(const PointModel& model, uint64_t seed);

///@{
/// The kernel density 1/n sum_i N(x; x_i, width^2 I), and its samples, each from a different centre.
Tensor kernel_log_density(const Tensor& train, double width, const Tensor& x);
Tensor kernel_samples(const Tensor& train, double width, int64_t n, Rng& rng);
///@}

}  // namespace gradzoo
