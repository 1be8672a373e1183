#include <algorithm>
#include <cmath>
#include <memory>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "models/eval/importance.h"
#include "nn/distributions.h"
#include "tools/ledger/vae/rows.h"

namespace gradzoo {
namespace {

/// A square grid of z in two dimensions, trapezoid rule.
struct PlaneGrid {
  static constexpr int64_t kSide = 400;
  static constexpr double kHalf = 9.0;
  static constexpr double kStep = 2 * kHalf / (kSide - 1);
  Tensor z;  // (kSide^2, 2) f64
  PlaneGrid() : z(empty({kSide * kSide, 2}, DType::f64)) {
    double* out = z.mutable_data<double>();
    for (int64_t i = 0; i < kSide * kSide; ++i) {
      out[2 * i] = -kHalf + kStep * static_cast<double>(i / kSide);
      out[2 * i + 1] = -kHalf + kStep * static_cast<double>(i % kSide);
    }
  }
};

// log p(x|z) for all grid points and images, (Z, N): x'l - sum softplus(l), l the logits.
Tensor grid_log_likelihood(const VaeNetwork& network, const Tensor& z, const Tensor& x) {
  constexpr int64_t kChunk = 8000;
  Tensors parts;
  for (int64_t begin = 0; begin < z.dim(0); begin += kChunk) {
    const Tensor logits = network.decode(z.rows(begin, std::min(begin + kChunk, z.dim(0))));
    parts.push_back(matmul(logits, x, false, true) - sum(softplus(logits), 1, true));
  }
  return concat(parts, 0);
}

// The same network in f64, so that rounding does not hide in the quadrature.
std::unique_ptr<VaeNetwork> in_f64(const VaeNetwork& network) {
  VaeShape shape = network.shape();
  shape.dtype = DType::f64;
  Rng unused(0);
  auto copy = std::make_unique<VaeNetwork>(shape, unused);
  const std::vector<NamedTensor> from = network.named_parameters();
  std::vector<NamedTensor> to = copy->named_parameters();
  for (size_t i = 0; i < from.size(); ++i) {
    const Tensor values = cast(from[i].tensor, DType::f64);
    std::copy_n(values.data<double>(), values.size(), to[i].tensor.mutable_data<double>());
  }
  return copy;
}

// A linear-Gaussian model: p(x|z) = N(Wz, s^2 I), for which the ELBO's gradient in (mean, logvar) is known.
struct LinearGaussian {
  static constexpr int64_t kLatent = 3, kPixels = 5;
  static constexpr double kVariance = 0.5;
  Tensor w, x, mean, logvar;  // (pixels, latent), (pixels), (latent), (latent)
  LinearGaussian() {
    Rng rng(11, "ledger/linear-gaussian");
    w = randn({kPixels, kLatent}, rng, DType::f64);
    x = randn({1, kPixels}, rng, DType::f64);
    mean = randn({1, kLatent}, rng, DType::f64);
    logvar = randn({1, kLatent}, rng, DType::f64) * 0.5 - 0.5;
  }
  Tensor log_likelihood(const Tensor& z) const {
    return sum(square(x - linear(z, w)), 1) * (-0.5 / kVariance);
  }
  // -E_q log p = (|x - W mu|^2 + sum_j |W_j|^2 e^logvar_j) / 2s^2; the loss adds the KL.
  Tensor exact_loss(const Tensor& m, const Tensor& lv) const {
    const Tensor fit = sum(square(x - linear(m, w))) + sum(sum(square(w), 0) * exp(lv));
    return fit * (0.5 / kVariance) + sum((exp(lv) + square(m) - 1.0 - lv) * 0.5);
  }
};

struct Spread {
  std::vector<double> mean, variance;  // of each column
};
Spread column_spread(const Tensor& rows) {
  return {mean(rows, 0).to_vector(), var_axis(rows, 0).to_vector()};
}

}  // namespace

double kl_error(KlFormula kl) {
  constexpr int64_t kPoints = 4001;
  double worst = 0;
  for (double mu : {-3.0, -1.0, -0.2, 0.0, 0.5, 2.0, 3.0}) {
    for (double logvar : {-6.0, -2.0, 0.0, 1.0, 2.0}) {
      const double s = std::exp(0.5 * logvar), step = 24 * s / (kPoints - 1);
      const Tensor x = arange(kPoints, DType::f64) * step + (mu - 12 * s);
      const Tensor log_q = square((x - mu) / s) * -0.5 - std::log(s),
                   log_p = square(x) * -0.5;  // the constants cancel
      const double quadrature =
          sum(exp(log_q) * (log_q - log_p)).item() * step / std::sqrt(2 * 3.14159265358979323846);
      const double closed = kl(scalar(mu, DType::f64), scalar(logvar, DType::f64)).item();
      worst = std::max(worst, std::abs(closed - quadrature));
    }
  }
  return worst;
}

Exactness measure_exactness(const VaeNetwork& trained, const Tensor& images, int64_t samples,
                            const ExactnessParts& parts) {
  const NoGrad quiet;
  const auto in_double = in_f64(trained);
  const VaeNetwork& network = *in_double;
  const Tensor x = cast(images, DType::f64);
  const PlaneGrid grid;
  const double log_cell = 2 * std::log(PlaneGrid::kStep);
  const Tensor& z = grid.z;
  const Tensor log_prior = reshape(sum(standard_normal_log_prob(z), 1), {z.dim(0), 1});
  const Tensor log_px_z = grid_log_likelihood(network, z, x);  // (Z, N)
  const Tensor log_joint = log_px_z + log_prior;               // (Z, N)
  const Tensor log_px = logsumexp(log_joint, 0) + log_cell;    // (N)
  Rng rng(1, "ledger/importance");
  const Tensor estimate = importance_log_likelihood(
      [&](int64_t k) {
        return parts.log_weights(network, {x, {}, {}}, k, rng);
      },
      samples, 100);

  const Posterior q = network.encode(x);
  const Tensor closed_kl = sum(parts.kl(q.mean, q.logvar), 1);  // (N)
  Exactness out{0, 0, 0, 0};
  for (int64_t i = 0; i < x.dim(0); ++i) {
    const Tensor log_q = sum(normal_log_prob(z, q.mean.rows(i, i + 1), q.logvar.rows(i, i + 1)), 1);  // (Z)
    const Tensor weight = exp(log_q + log_cell);
    const Tensor likelihood = reshape(slice(log_px_z, 1, i, i + 1), log_q.shape());
    const Tensor posterior =
        reshape(slice(log_joint, 1, i, i + 1), log_q.shape()) - log_px.rows(i, i + 1);  // log p(z|x)
    const double elbo = sum(weight * likelihood).item() - closed_kl.rows(i, i + 1).item();
    const double gap = sum(weight * (log_q - posterior)).item();
    const double truth = log_px.rows(i, i + 1).item();
    const double difference = estimate.rows(i, i + 1).item() - truth;
    out.importance_error += difference / static_cast<double>(x.dim(0));
    out.importance_worst = std::max(out.importance_worst, std::abs(difference));
    out.gap_error = std::max(out.gap_error, std::abs(truth - elbo - gap));
    out.mean_gap += gap / static_cast<double>(x.dim(0));
  }
  out.importance_error = std::abs(out.importance_error);
  return out;
}

Agreement measure_agreement(Objective objective, const VaeObjectiveOptions& options, int64_t replicates,
                            uint64_t seed) {
  const LinearGaussian model;
  Tape tape;
  Tensor m = model.mean.clone().requires_grad_(), lv = model.logvar.clone().requires_grad_();
  const Tensor exact_wanted[] = {m, lv};
  const Tensors exact = grad(model.exact_loss(m, lv), exact_wanted);

  // One replicate a row, so that a row's gradient times their number is that replicate's estimate.
  const Shape rows{replicates, LinearGaussian::kLatent};
  Tensor mean_rows = broadcast_to(model.mean, rows).clone().requires_grad_(),
         logvar_rows = broadcast_to(model.logvar, rows).clone().requires_grad_();
  Rng rng(seed, "ledger/agreement");
  const Tensor eps = randn({replicates * options.samples, LinearGaussian::kLatent}, rng, DType::f64);
  const VaeTerms terms = objective(
      {mean_rows, logvar_rows}, [&](const Tensor& z) { return model.log_likelihood(z); }, eps, options);
  const Tensor wanted[] = {mean_rows, logvar_rows};
  const Tensors estimates = grad(terms.loss, wanted);
  double error = 0, variance = 0, norm = 0;
  for (size_t part = 0; part < 2; ++part) {
    const Spread found = column_spread(estimates[part] * static_cast<double>(replicates));
    const std::vector<double> truth = exact[part].to_vector();
    for (size_t j = 0; j < truth.size(); ++j) {
      error += std::pow(found.mean[j] - truth[j], 2);
      variance += found.variance[j] / static_cast<double>(replicates);
      norm += truth[j] * truth[j];
    }
  }
  return {std::sqrt(error / variance), std::sqrt(variance / norm)};
}

double gradient_variance(Objective objective, const VaeNetwork& network, const Tensor& x,
                         const VaeObjectiveOptions& options, int64_t replicates, uint64_t seed) {
  Rng rng(seed, "ledger/variance");
  const int64_t n = x.dim(0), latent = network.shape().latent, k = options.samples;
  Posterior fixed;
  {
    const NoGrad quiet;
    fixed = network.encode(x);
  }
  Tensor first = zeros({n, latent}, DType::f64), second = zeros({n, latent}, DType::f64);
  const Tensor repeated =
      reshape(broadcast_to(reshape(x, {n, 1, x.dim(1)}), {n, k, x.dim(1)}), {n * k, x.dim(1)});
  for (int64_t r = 0; r < replicates; ++r) {
    Tape tape;
    const Tensor mean_leaf = fixed.mean.clone().requires_grad_();
    const Tensor eps = randn({n * k, latent}, rng);
    const auto likelihood = [&](const Tensor& z) { return network.log_likelihood(repeated, z); };
    const VaeTerms terms = objective({mean_leaf, fixed.logvar}, likelihood, eps, options);
    const Tensor g = cast(grad(terms.loss, mean_leaf), DType::f64) * static_cast<double>(n);
    first = first + g;
    second = second + square(g);
  }
  const double count = static_cast<double>(replicates);
  const Tensor variance = (second - square(first) * (1 / count)) * (1 / (count - 1));
  return mean(sum(variance, 1)).item();
}

}  // namespace gradzoo
