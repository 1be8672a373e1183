#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// A partition of rows by the nearest of k centres.
struct Clustering {
  Tensor centres;     ///< (k, d) f64
  Tensor labels;      ///< (n) i64, the cluster of each row
  double distortion;  ///< mean squared distance of a row from its centre
};

/// Lloyd's algorithm (Lloyd 1982) on rows x (n, d) from centres by k-means++ (Arthur & Vassilvitskii 2007),
/// until no row changes its cluster, or `rounds` times. Where rows are fewer or more alike than k, some
/// clusters are empty. Throws Error where there are no rows, or x is not finite.
Clustering kmeans(const Tensor& x, int64_t k, Rng& rng, int64_t rounds = 25);

/// The nearest of `centres` (k, d) to each row of x (n, d), the first of equals: (n) i64.
Tensor nearest_centre(const Tensor& x, const Tensor& centres);

}  // namespace gradzoo
