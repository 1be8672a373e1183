#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/importance.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

/// KL(N(mu, e^logvar) || N(0,1)), elementwise.
using KlFormula = Tensor (*)(const Tensor& mu, const Tensor& logvar);

/// Largest error of a closed form against quadrature of q log(q/p), mu in [-3, 3], logvar in [-6, 2].
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

RowResult kl_closed_form(KlFormula kl, const RowContext&) {
  return {kl_error(kl), AtMost{1e-9},
          "f64, 35 pairs of mu in [-3,3] and logvar in [-6,2], trapezoid rule of 4001 points; largest error, "
          "nats"};
}

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

/// What an estimator of log p(x) and the ELBO's parts are held to.
struct ExactnessParts {
  Tensor (*log_weights)(const VaeNetwork&, const Batch&, int64_t samples, Rng&) = vae_log_weights;
  KlFormula kl = kl_standard_normal;
};

/// With two latent dimensions log p(x) is a sum over a grid of z.
struct Exactness {
  double importance_error;  // nats: |mean over the images of IS - log p(x)|
  double importance_worst;  // nats: the largest |IS - log p(x)| of one image
  double gap_error;         // nats: largest |log p(x) - ELBO - KL(q || p(z|x))|
  double mean_gap;          // nats: mean of log p(x) - ELBO
};

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

Exactness exactness_of_small(const ExactnessParts& parts) {
  constexpr int64_t kSamples = 2000;
  Rng rng(3, "ledger/small-vae");
  const VaeNetwork network({.data = {.example = {12}}, .latent = 2, .hidden = 8}, rng);
  return measure_exactness(network, bernoulli(full({4, 12}, 0.4), rng), kSamples, parts);
}

// Briefly of a small network as it is initialised, with wide posteriors, where importance sampling is sharp.
RowResult is_exact(const ExactnessParts& parts, const RowContext& context) {
  constexpr int64_t kImages = 50, kSamples = 5000;
  const auto of_digits = [&] {
    const std::unique_ptr<Session> vae = train_model(
        "vae latent=2 hidden=100 pixels=dynamic-binary objective=iwae samples=10 epochs=1 "
        "lr=0.001 schedule=constant prior=normal",
        context);
    const Tensor x = read_examples(vae->data.evaluation_examples(Split::test), 0, kImages,
                                   Pixels::dynamic_binary, Rng(context.seed, "ledger/pixels"))
                         .x;
    return measure_exactness(dynamic_cast<Vae&>(*vae->model).network(), x, kSamples, parts);
  };
  const Exactness found = context.brief ? exactness_of_small(parts) : of_digits();
  return {
      std::max(found.importance_error / 0.02, found.gap_error / 1e-3), AtMost{1},
      fmt::format(
          "2-D code, 1 epoch of IWAE, {} binarised test images, 400^2 grid: importance sampling with K = {} "
          "off by {:.4f} nats in the mean (allowed 0.02; {:.3f} for the worst image: where q is narrower "
          "than the posterior, so many draws leave one image in fifty off by a tenth of a nat); log p - ELBO "
          "= KL(q||p(z|x)) = {:.3f} nats, off by at most {:.1e} (allowed 1e-3); value: the larger share",
          kImages, kSamples, found.importance_error, found.importance_worst, found.mean_gap,
          found.gap_error)};
}

Tensor twice(const Tensor& mu, const Tensor& logvar) { return kl_standard_normal(mu, logvar) * 2.0; }

}  // namespace

std::vector<Row> vae_exactness_rows() {
  return {identity({"vae.kl_closed_form", "KL(N(mu, s^2) || N(0,1)) = (s^2 + mu^2 - 1 - log s^2)/2",
                    "Kingma & Welling 2014, appendix B", 1},
                   kl_closed_form, kl_standard_normal,
                   {{"twice the size", twice},
                    {"logvar with the wrong sign",
                     [](const Tensor& mu, const Tensor& logvar) {
                       return (exp(logvar) + square(mu) - 1.0 + logvar) * 0.5;
                     }},
                    {"a logarithm of base 2",
                     [](const Tensor& mu, const Tensor& logvar) {
                       return kl_standard_normal(mu, logvar * std::log(2.0));
                     }}}),
          identity({"vae.is_exact",
                    "importance sampling gives log p(x), and log p(x) - ELBO = KL(q(z|x) || p(z|x))",
                    "Kingma & Welling 2014, eq. 1; Burda et al. 2016", 15},
                   is_exact, {},
                   {{"weights without the prior's constant",
                     {.log_weights =
                          [](const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng) {
                            return vae_log_weights(network, batch, samples, rng) +
                                   std::log(2 * 3.141592653589793);
                          }}},
                    {"a KL of twice the size", {.kl = twice}}})};
}

}  // namespace gradzoo
