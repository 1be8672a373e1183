#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// A partition of rows into k clusters by their nearest centre.
struct Clustering {
  Tensor centres;     ///< (k, d) f64
  Tensor labels;      ///< (n) i64 cluster of each row
  double distortion;  ///< mean squared distance of a row from its centre
};

/// Runs Lloyd's algorithm (Lloyd 1982) on rows x (n, d), with centres from k-means++ (Arthur & Vassilvitskii
/// 2007), until no row changes its cluster, or for `rounds` rounds. If x has fewer than k distinct rows, some
/// clusters are empty. Throws Error if x has no rows or is not finite.
Clustering kmeans(const Tensor& x, int64_t k, Rng& rng, int64_t rounds = 25);

/// Returns the first nearest of `centres` (k, d) for each row of x (n, d): (n) i64.
Tensor nearest_centre(const Tensor& x, const Tensor& centres);

}  // namespace gradzoo
