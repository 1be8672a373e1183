#include "nn/fit/principal_components.h"

#include <algorithm>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kSubspaceRounds = 60;
constexpr int64_t kSpareDirections = 10;  // the last directions converge by the ratio to these

// An orthonormal basis of the columns of y (d, k): y L^-T, L L' = y'y, twice, since once loses half the
// digits (Yamamoto et al. 2015, CholeskyQR2), and once more where lengths differ so much that a ridge has
// decided (Fukaya et al. 2020, shifted CholeskyQR3). A column that the others hold already becomes noise.
Tensor orthonormal(Tensor y) {
  constexpr int kFewest = 2, kMost = 4;
  const Tensor unit = eye(y.dim(1), DType::f64);
  for (int round = 0; round < kMost; ++round) {
    const Tensor gram = matmul(y, y, true, false);
    if (round >= kFewest && max(abs(gram - unit)).item() < 1e-12) break;
    const double ridge = 1e-15 * std::max(trace(gram).item(), 1e-290);
    const Tensor factor = cholesky(gram + unit * ridge);
    y = transpose(triangular_solve(factor, transpose(y)));
  }
  return y;
}

}  // namespace

Tensor PrincipalComponents::project(const Tensor& x) const {
  return matmul(cast(x, DType::f64) - mean, directions, false, true);
}

PrincipalComponents principal_components(const Tensor& x, int64_t k, Rng& rng) {
  const NoGrad quiet;
  if (x.rank() != 2 || x.dim(0) == 0 || k < 1 || k > x.dim(1))
    throw Error("principal components: {} of {}. Hint: use rows (n, d), n above 0, and 1 to d components", k,
                x.shape().str());
  if (!all_finite(x))
    throw Error("principal components: the rows are not all finite. Hint: remove NaN and infinity");
  const Tensor rows = cast(x, DType::f64), middle = gradzoo::mean(rows, 0), centred = rows - middle;
  const int64_t d = rows.dim(1), wide = std::min(d, k + kSpareDirections);
  const double per_row = 1 / static_cast<double>(rows.dim(0));
  const auto times_covariance = [&](const Tensor& q) {
    return matmul(centred, matmul(centred, q), true, false) * per_row;
  };
  Tensor q = orthonormal(randn({d, wide}, rng, DType::f64));
  for (int64_t round = 0; round < kSubspaceRounds; ++round) {
    // A trace of every direction stays, so that flat data have a basis too.
    q = orthonormal(times_covariance(q) + q * 1e-12);
  }
  const Tensor variances = sum(q * times_covariance(q), 0);  // Rayleigh quotients
  const Tensor order = argsort(variances, 0, true).rows(0, k).clone();
  return {middle, index_select(transpose(q), 0, order), index_select(variances, 0, order)};
}

}  // namespace gradzoo
