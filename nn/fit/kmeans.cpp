#include "nn/fit/kmeans.h"

#include <algorithm>
#include <vector>

#include "autograd/distances.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kRowsAtOnce = 4096;

// A row at random, with a chance that is proportional to its weight; the first where all weights are 0.
int64_t weighted_row(const Tensor& weights, Rng& rng) {
  const std::vector<double> cumulative = cumsum(weights, 0).to_vector();
  const double at = rand({1}, rng, DType::f64).item() * cumulative.back();
  const auto found = std::ranges::upper_bound(cumulative, at);
  return found == cumulative.end() ? 0 : found - cumulative.begin();
}

// k rows, each drawn by its squared distance from those drawn before.
Tensor spread_centres(const Tensor& x, int64_t k, Rng& rng) {
  Tensors centres;
  Tensor nearest = ones({x.dim(0)}, DType::f64);  // the first is any row
  for (int64_t i = 0; i < k; ++i) {
    const int64_t row = weighted_row(nearest, rng);
    centres.push_back(x.rows(row, row + 1));
    const Tensor distances = sum(square(x - centres.back()), 1);
    nearest = i == 0 ? distances : minimum(nearest, distances);
  }
  return concat(centres, 0);
}

// The mean row of each cluster; that of an empty one stays where it is.
Tensor cluster_means(const Tensor& x, const Tensor& labels, const Tensor& centres) {
  const int64_t k = centres.dim(0);
  const Tensor counts = index_add(ones({x.dim(0), 1}, DType::f64), 0, labels, k);  // (k, 1)
  return where(gt(counts, 0.0), index_add(x, 0, labels, k) / maximum(counts, 1.0), centres);
}

}  // namespace

Tensor nearest_centre(const Tensor& x, const Tensor& centres) {
  const NoGrad quiet;
  Tensors parts;
  for (int64_t begin = 0; begin < x.dim(0); begin += kRowsAtOnce) {
    const Tensor rows = x.rows(begin, std::min(begin + kRowsAtOnce, x.dim(0)));
    parts.push_back(argmin(squared_distances(rows, centres), 1));
  }
  return concat(parts, 0);
}

Clustering kmeans(const Tensor& x, int64_t k, Rng& rng, int64_t rounds) {
  const NoGrad quiet;
  if (x.rank() != 2 || x.dim(0) == 0 || k < 1)
    throw Error("kmeans: {} clusters of {}. Hint: use rows (n, d), n above 0, and at least one cluster", k,
                x.shape().str());
  if (!all_finite(x)) throw Error("kmeans: the rows are not all finite. Hint: remove NaN and infinity");
  // Sums of rows around 0 keep their digits.
  const Tensor rows = cast(x, DType::f64), middle = mean(rows, 0, true), centred = rows - middle;
  Tensor centres = spread_centres(centred, k, rng), labels = nearest_centre(centred, centres);
  for (int64_t round = 0; round < rounds; ++round) {
    centres = cluster_means(centred, labels, centres);
    const Tensor now = nearest_centre(centred, centres);
    if (!any(ne(now, labels))) break;
    labels = now;
  }
  const double distortion = mean(sum(square(centred - index_select(centres, 0, labels)), 1)).item();
  return {centres + middle, labels, distortion};
}

}  // namespace gradzoo
