#pragma once

#include <functional>
#include <vector>

#include "base/function_ref.h"
#include "samplers/chains.h"
#include "tools/ledger/row.h"

/// Identities of Markov chains. Each measurement takes the kernel that it measures as an argument, so that a
/// test can plant an error.
namespace gradzoo {

std::vector<Row> samplers_rows();

/// One transition of many chains: x (B, d) -> (B, d).
using Kernel = FunctionRef<Tensor(const Tensor& x, Rng& rng)>;

/// A density on the line that can be drawn from exactly.
struct LineDensity {
  Target target;                                      // x (B, 1)
  std::function<Tensor(int64_t n, Rng& rng)> sample;  // (n, 1) f64
};
LineDensity standard_normal_density();
/// 0.3 N(-1.5, 0.5^2) + 0.7 N(1, 1): no symmetry, so that odd moments don't vanish by themselves.
LineDensity lopsided_density();

/// Where x ~ p and the kernel is reversible, (x, x') has the law of (x', x): the larger |z| of the means of
/// x^2 x' - x x'^2 and x^3 x' - x x'^3 over `pairs` pairs.
double exchange_z(const LineDensity& density, Kernel kernel, int64_t pairs, uint64_t seed);

/// A Metropolis acceptance in logarithms, elementwise.
using Acceptance = FunctionRef<Tensor(const Tensor& log_ratio)>;
/// Probabilities of five states, none alike.
std::vector<double> table_probabilities();
/// Largest |p_i P_ij - p_j P_ji| and |(pP)_i - p_i| of the transition matrix P_ij = q_ij a_ij that an
/// acceptance makes of a lopsided proposal q on the five states.
double table_balance_error(Acceptance acceptance);
/// The five states as steps of a density on [0,5): Pearson's chi-square (4 degrees of freedom) of where
/// `chains` walkers are that began in the first state, after `steps` transitions.
double table_chi_square(Kernel kernel, int64_t chains, int64_t steps, uint64_t seed);
Target table_target();

/// A Gaussian in the plane, correlated and off the origin.
struct PlaneGaussian {
  double mean[2] = {1, -2};
  double covariance[3] = {1, 0.8, 1.5};  // xx, xy, yy

  Target target() const;
};
/// The largest |z| of mean, variances and covariance of independent chains that began at the origin.
double moments_z(const PlaneGaussian& gaussian, Kernel kernel, int64_t chains, int64_t steps, uint64_t seed);

/// The variance of chains on N(0,1).
struct UlaLaw {
  double variance;
  double z;           // standard errors from 1/(1 - e/2)
  double z_from_one;  // standard errors from 1
};
/// e is that of x' = x + e grad f + sqrt(2e) z.
UlaLaw measure_ula_law(Kernel kernel, double e, int64_t chains, int64_t steps, uint64_t seed);

}  // namespace gradzoo
