#include "autograd/distances.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/eval/sample_metrics.h"

namespace gradzoo {
namespace {

// The sum of |a_i - b_j| over all pairs.
double sum_of_distances(const Tensor& a, const Tensor& b) {
  return sum(sqrt(squared_distances(a, b))).item();
}

}  // namespace

double energy_distance(const Tensor& a, const Tensor& b) {
  if (a.rank() != 2 || b.rank() != 2 || a.dim(1) != b.dim(1) || a.dim(0) < 2 || b.dim(0) < 2)
    throw Error("energy_distance: sets of {} and {}. Hint: give rows of one width, two or more in each set",
                a.shape().str(), b.shape().str());
  const NoGrad quiet;
  const double n = static_cast<double>(a.dim(0)), m = static_cast<double>(b.dim(0));
  return 2 * sum_of_distances(a, b) / (n * m) - sum_of_distances(a, a) / (n * (n - 1)) -
         sum_of_distances(b, b) / (m * (m - 1));
}

}  // namespace gradzoo
