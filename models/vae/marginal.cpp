#include "models/vae/marginal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {
namespace {

constexpr double kHalfWidth = 6;  // standard deviations that a grid reaches: 2e-9 of a Gaussian lie beyond
// Cells along an axis of the grids of all Gaussians together, and the fewest of one, which sum it up to 5e-9.
constexpr int64_t kCellsOfOne = 2048, kCellsOfTwo = 128, kFewestCells = 12;
constexpr int64_t kTermsAtOnce = int64_t{1} << 19;  // of the sum: 4 MB, which a cache holds

/// A sum over codes in place of the integral of p(z).
struct CodeSum {
  Tensor z, log_weights;  // (K, latent), (K) f64
};

CodeSum sum_over_codes(const GaussianMixture& prior) {
  const int64_t latent = prior.dimensions();
  const double parts = std::pow(static_cast<double>(prior.components()), 1.0 / static_cast<double>(latent));
  const double most = latent == 1 ? kCellsOfOne : kCellsOfTwo;
  const auto axes = static_cast<size_t>(latent);
  const Grid grid(Box{std::vector<double>(axes, -kHalfWidth), std::vector<double>(axes, kHalfWidth)},
                  std::max(kFewestCells, static_cast<int64_t>(most / parts)));
  const Tensor u = grid.points(0, grid.count()),
               log_u = sum(standard_normal_log_prob(u), 1) + std::log(grid.volume);
  Tensors z, log_weights;
  for (int64_t k = 0; k < prior.components(); ++k) {
    const double weight = prior.weights.data<double>()[k];
    if (weight == 0) continue;
    const Tensor factor = cholesky(reshape(prior.covariances.rows(k, k + 1), {latent, latent}));
    z.push_back(matmul(u, factor, false, true) + prior.means.rows(k, k + 1));
    log_weights.push_back(log_u + std::log(weight));
  }
  return {concat(z, 0), concat(log_weights, 0)};
}

}  // namespace

VaeMarginal::VaeMarginal(const VaeNetwork& network, const VaePrior& prior, Prior which) {
  const NoGrad quiet;
  const VaeShape& shape = network.shape();
  if (shape.latent > 2 || shape.classes > 0)
    throw Error(
        "vae: log p(x) by quadrature needs one or two code dimensions and no labels, and there are {}. Hint: "
        "set latent=2, conditional=false",
        shape.latent);
  const CodeSum codes = sum_over_codes(prior.gaussians(which));
  const Tensor out = cast(network.decode(cast(codes.z, shape.dtype)), DType::f64);
  offsets_ = codes.log_weights;
  precision_ = zeros({out.dim(1)}, DType::f64);
  slopes_ = out;
  if (!shape.gaussian) {
    offsets_ = offsets_ - sum(softplus(out), 1);
    return;
  }
  const Tensor logvar = precision_ + cast(network.decoder_logvar(), DType::f64);
  precision_ = exp(neg(logvar));
  slopes_ = out * precision_;
  offsets_ = offsets_ - (sum(out * slopes_, 1) + sum(logvar + std::log(2 * std::numbers::pi))) * 0.5;
}

Tensor VaeMarginal::log_prob(const Tensor& x) const {
  const NoGrad quiet;
  Tensors parts;
  for (const Tensor& rows : split(cast(x, DType::f64), std::max<int64_t>(1, kTermsAtOnce / offsets_.dim(0))))
    parts.push_back(logsumexp(matmul(rows, slopes_, false, true) + offsets_, 1) -
                    sum(square(rows) * precision_, 1) * 0.5);
  return concat(parts, 0);
}

}  // namespace gradzoo
