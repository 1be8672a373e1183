#pragma once

#include "autograd/random.h"
#include "autograd/tensor.h"
#include "models/eval/estimate.h"

/// Distances between two sets of pictures by a classifier's features.
namespace gradzoo {

/// Mean (d) and covariance (d,d), dividing by n - 1, of features (n, d); f64.
struct Moments {
  Tensor mean, covariance;  ///< (d) and (d,d)
};
/// Throws Error for fewer than two rows, or one that is not finite.
Moments moments_of(const Tensor& features);

/// |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2): the squared 2-Wasserstein distance of two
/// Gaussians (Frechet 1957; Dowson & Landau 1982), which Heusel et al. 2017 measure between features. Not
/// below 0.
double frechet_distance(const Moments& a, const Moments& b);

/// The distance of features (n, d) to moments, its error by `resamples` bootstrap sets of n rows.
Estimate frechet_estimate(const Tensor& features, const Moments& real, int64_t resamples, Rng& rng);

/// Unbiased MMD^2 of features a (n, d) and b (m, d) under the kernel (x'y / d + 1)^3 (Binkowski et al. 2018,
/// "KID"): the mean over disjoint blocks of `block` rows of each, its error from their spread. Throws Error
/// where there are not two blocks.
Estimate kernel_distance(const Tensor& a, const Tensor& b, int64_t block = 1000);

}  // namespace gradzoo
