#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "models/eval/quadrature.h"
#include "nn/layers/layers.h"
#include "samplers/chains.h"
#include "samplers/kinds/langevin.h"
#include "tools/ledger/ebm/rows.h"

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

// |mean over independent draws - expected| in standard errors.
double deviation(const Tensor& draws, double expected) {
  const double n = static_cast<double>(draws.size());
  return std::abs(mean(draws).item() - expected) / std::sqrt(var(draws).item() / n);
}

// Means, variances and covariance about the known mean: each chain's last point is one independent draw.
double moment_error(const Tensor& x, const PrecisionGaussian& product) {
  const Tensor u = slice(x, 1, 0, 1) - product.mx, v = slice(x, 1, 1, 2) - product.my;
  const double det = product.determinant();
  return std::max({deviation(u, 0), deviation(v, 0), deviation(square(u), product.r / det),
                   deviation(square(v), product.p / det), deviation(u * v, -product.q / det)});
}

}  // namespace

double cd_gradient_error(CdLoss loss) {
  // State i has probability n_i / 16 under the model: its row carries log n_i, and the network g enters as
  // g - g.detach(), 0 in value.
  constexpr std::array<int, 5> kCounts{1, 2, 3, 4, 6};
  constexpr std::array<std::array<double, 2>, 5> kStates{
      {{-1, 0.5}, {0.2, 1.1}, {0.9, -0.7}, {-0.4, -1.3}, {1.6, 0.3}}};
  const auto rows = [&](const std::vector<size_t>& states) {
    std::vector<double> values;
    for (size_t i : states) {
      values.insert(values.end(), {kStates[i][0], kStates[i][1], std::log(static_cast<double>(kCounts[i]))});
    }
    return tensor(values, {static_cast<int64_t>(states.size()), 3}, DType::f64);
  };
  std::vector<size_t> in_proportion;
  for (size_t i = 0; i < kCounts.size(); ++i)
    in_proportion.insert(in_proportion.end(), static_cast<size_t>(kCounts[i]), i);

  Rng rng(5, "ledger/cd");
  const Mlp network({2, 8, 1}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}});
  Tensors parameters;
  for (const NamedTensor& parameter : network.named_parameters()) parameters.push_back(parameter.tensor);
  const auto log_density = [&](const Tensor& x) {
    const Tensor g = network.forward(slice(x, 1, 0, 2));
    return reshape(slice(x, 1, 2, 3) + (g - g.detach()), {x.dim(0)});
  };

  Tape tape;
  const Tensor data = rows({0, 0, 3, 4, 1});
  const Tensor log_p = log_density(data) - logsumexp(log_density(rows({0, 1, 2, 3, 4})), 0);
  const Tensors exact = grad(mean(log_p), parameters);
  // Samples come out of a chain that reads the network: they depend on theta, and must be held fixed.
  const Tensor& weight = parameters.front();
  const Tensor samples = rows(in_proportion) * (sum(weight) - sum(weight).detach() + 1.0);
  const Tensors descent = grad(loss(log_density, data, samples), parameters);
  double error = 0, norm = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    error += sum(square(exact[i] + descent[i])).item();
    norm += sum(square(exact[i])).item();
  }
  return std::sqrt(error / norm);
}

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

}  // namespace gradzoo
