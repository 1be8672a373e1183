#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/compose.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

constexpr double kTwoPi = 6.28318530717958648;

/// A Gaussian in the plane: mean, and precision (p q; q r).
struct PrecisionGaussian {
  double mx, my, p, q, r;

  double determinant() const { return p * r - q * q; }
  /// Normalised, x (B, 2) -> (B).
  Tensor log_prob(const Tensor& x) const {
    const Tensor u = slice(x, 1, 0, 1) - mx, v = slice(x, 1, 1, 2) - my;
    const Tensor quadratic = square(u) * p + u * v * (2 * q) + square(v) * r;  // (B, 1)
    const double log_norm = 0.5 * std::log(determinant()) - std::log(kTwoPi);
    return reshape(quadratic * -0.5 + log_norm, {x.dim(0)});
  }
  Target target() const {
    return {.log_prob = [*this](const Tensor& x) { return log_prob(x); }};
  }
};

constexpr PrecisionGaussian kFirst{-1.0, 0.5, 1.5, 0.4, 0.8}, kSecond{1.2, -0.3, 0.6, -0.5, 2.0};

// Lambda = Lambda_1 + Lambda_2,  mu = Lambda^-1 (Lambda_1 mu_1 + Lambda_2 mu_2)
PrecisionGaussian closed_product(const PrecisionGaussian& a, const PrecisionGaussian& b) {
  PrecisionGaussian out{0, 0, a.p + b.p, a.q + b.q, a.r + b.r};
  const double hx = a.p * a.mx + a.q * a.my + b.p * b.mx + b.q * b.my;
  const double hy = a.q * a.mx + a.r * a.my + b.q * b.mx + b.r * b.my;
  out.mx = (out.r * hx - out.q * hy) / out.determinant();
  out.my = (out.p * hy - out.q * hx) / out.determinant();
  return out;
}

// log of the integral of p_1 p_2 = log p_1(mu) + log p_2(mu) - log N(mu; mu, Lambda^-1)
double closed_log_z(const PrecisionGaussian& product) {
  const Tensor mu = tensor({product.mx, product.my}, {1, 2}, DType::f64);
  return kFirst.log_prob(mu).item() + kSecond.log_prob(mu).item() - product.log_prob(mu).item();
}

double density_error(const Target& composed, const PrecisionGaussian& product) {
  const Grid grid({{-8, -8}, {8, 8}}, 400);
  const Tensor log_values = on_grid(grid, composed.log_prob);
  const double log_z = log_partition(grid, log_values);
  const std::vector<double> found = (log_values - log_z).to_vector();
  const std::vector<double> exact =
      on_grid(grid, [&](const Tensor& x) { return product.log_prob(x); }).to_vector();
  double worst = std::abs(log_z - closed_log_z(product));
  for (size_t i = 0; i < exact.size(); ++i) {
    if (exact[i] > -20) worst = std::max(worst, std::abs(found[i] - exact[i]));
  }
  return worst;
}

// Means, variances and covariance about the known mean, in standard errors: each chain's last point is one
// independent draw.
double moment_error(const Tensor& x, const PrecisionGaussian& product) {
  const auto deviation = [](const Tensor& draws, double expected) {
    return std::abs(z_score(draws, expected));
  };
  const Tensor u = slice(x, 1, 0, 1) - product.mx, v = slice(x, 1, 1, 2) - product.my;
  const double det = product.determinant();
  return std::max({deviation(u, 0), deviation(v, 0), deviation(square(u), product.r / det),
                   deviation(square(v), product.p / det), deviation(u * v, -product.q / det)});
}

using Composition = Target (*)(const Target& a, const Target& b);

/// What the composition of two Gaussians in the plane is held to.
struct CompositionErrors {
  double density;  // largest |log of the normalised product - closed form| where that is above -20, and of
                   // log Z: nats
  double moments;  // largest deviation of a MALA sample's mean or covariance: standard errors
  double acceptance;
};

CompositionErrors measure_composition(Composition compose, uint64_t seed) {
  constexpr int64_t kChains = 20000;
  const Target composed = compose(kFirst.target(), kSecond.target());
  const PrecisionGaussian product = closed_product(kFirst, kSecond);
  Rng rng(seed, "ledger/composition");
  const Tensor start = randn({kChains, 2}, rng, DType::f64) * 2.0;
  const ChainResult chains =
      run_chains(composed, start, AdjustedLangevin({.step = 0.15}), {.steps = 100, .warmup = 90}, rng);
  return {density_error(composed, product), moment_error(chains.x, product), chains.acceptance};
}

RowResult composition_gaussians(Composition compose, const RowContext& context) {
  constexpr double kDensity = 1e-9, kStandardErrors = 4.3;
  const CompositionErrors found = measure_composition(compose, context.seed);
  return {
      std::max(found.density / kDensity, found.moments / kStandardErrors), AtMost{1},
      fmt::format(
          "two correlated Gaussians in the plane, their log-densities added: normalised on a 400^2 grid off "
          "by at most {:.1e} nats (allowed {:.0e}), log Z included; 20000 MALA chains (acceptance {:.2f}): 2 "
          "means and 3 covariances within {:.2f} SE (allowed {}; false alarm 9e-5); value: the larger share",
          found.density, kDensity, found.acceptance, found.moments, kStandardErrors)};
}

}  // namespace

std::vector<Row> composition_rows() {
  return {identity(
      {"ebm.composition_gaussians",
       "the sum of two log-densities samples the product: for Gaussians, precisions add and means are "
       "weighted by them",
       "Hinton 2002; Du, Li & Mordatch 2020", 2},
      composition_gaussians, product_of,
      {{"the mean of the log-densities in place of their sum",
        [](const Target& a, const Target& b) {
          const Target both = product_of(a, b);
          return Target{.log_prob = [both](const Tensor& x) { return both.log_prob(x) * 0.5; }};
        }},
       {"a factor that is lost", [](const Target& a, const Target&) { return a; }}})};
}

}  // namespace gradzoo
