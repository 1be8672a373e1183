#include <array>
#include <map>
#include <span>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/compose.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// A loss of a log-density, data (B, d) and samples (C, d), as contrastive_divergence().
using CdLoss = Tensor (*)(TensorFn log_density, const Tensor& data, const Tensor& samples);

/// Returns the relative error of the loss's descent direction against grad mean log p(data), for a network on
/// five states with samples in exactly the model's proportions; log p from enumeration.
RowResult cd_exact_gradient(CdLoss loss, const RowContext&) {
  // State i has probability n_i / 16: its row contains log n_i, and the network g adds g - g.detach() = 0.
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
  const std::vector<Tensor> parameters = network.parameters();
  const auto log_density = [&](const Tensor& x) {
    const Tensor g = network.forward(slice(x, 1, 0, 2));
    return reshape(slice(x, 1, 2, 3) + (g - g.detach()), {x.dim(0)});
  };

  Tape tape;
  const Tensor data = rows({0, 0, 3, 4, 1});
  const Tensor log_p = log_density(data) - logsumexp(log_density(rows({0, 1, 2, 3, 4})), 0);
  const Tensors exact = grad(mean(log_p), parameters);
  // The samples come from a chain that uses the network, so they depend on theta and must be held constant.
  const Tensor& weight = parameters.front();
  const Tensor samples = rows(in_proportion) * (sum(weight) - sum(weight).detach() + 1.0);
  Tensors ascent = grad(loss(log_density, data, samples), parameters);
  for (Tensor& part : ascent) part = neg(part);
  return {relative_distance(ascent, exact), AtMost{1e-12},
          "f64, five states, network 2-8-1, 16 samples in exactly the model's proportions, log p from "
          "enumeration; value: relative error of the theta-gradient"};
}

Tensor divergence(TensorFn f, const Tensor& data, const Tensor& samples) {
  return contrastive_divergence(f, data, samples).loss;
}

}  // namespace

Rows contrastive_divergence_rows() {
  return {identity(
      {"ebm.cd_exact_gradient",
       "the gradient of contrastive divergence with exact samples is the gradient of -log p",
       "Hinton 2002, eq. 3", 1},
      cd_exact_gradient, divergence,
      {{"samples that are left out", [](TensorFn f, auto& data, auto&) { return neg(mean(f(data))); }},
       {"the wrong sign",
        [](TensorFn f, auto& data, auto& samples) { return neg(divergence(f, data, samples)); }},
       {"samples that are not held fixed",
        [](TensorFn f, auto& data, auto& samples) { return mean(f(samples)) - mean(f(data)); }},
       {"an added regulariser", [](TensorFn f, auto& data, auto& samples) {
          return contrastive_divergence(f, data, samples, 0.1).loss;
        }}})};
}

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

/// Returns the largest error of log p where it is above -20, and of log Z, nats.
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

using Composition = Target (*)(const Target& a, const Target& b);

RowResult composition_gaussians(Composition compose, const RowContext& context) {
  constexpr double kDensity = 1e-9, kStandardErrors = 4.3;
  constexpr int64_t kChains = 20000;
  const Target composed = compose(kFirst.target(), kSecond.target());
  const PrecisionGaussian product = closed_product(kFirst, kSecond);
  Rng rng(context.seed, "ledger/composition");
  const Tensor start = randn({kChains, 2}, rng, DType::f64) * 2.0;
  const ChainResult chains =
      run_chains(composed, start, AdjustedLangevin({.step = 0.15}), {.steps = 100, .warmup = 90}, rng);
  const double density = density_error(composed, product), det = product.determinant();
  // Each chain's last point is one independent draw.
  const double moments =
      moments_z(chains.x, {product.mx, product.my}, product.r / det, -product.q / det, product.p / det);
  return {
      std::max(density / kDensity, moments / kStandardErrors), AtMost{1},
      fmt::format("sum of the log-densities of two correlated Gaussians in the plane: on a 400^2 grid the "
                  "normalised sum and log Z differ from the closed form by at most {:.1e} nats (allowed "
                  "{:.0e}); 20000 MALA chains (acceptance {:.2f}) give 2 means and 3 covariances within "
                  "{:.2f} SE (allowed {}; false-alarm rate 9e-5); value: the larger share of what is allowed",
                  density, kDensity, chains.acceptance, moments, kStandardErrors)};
}

}  // namespace

Rows composition_rows() {
  return {identity(
      {"ebm.composition_gaussians",
       "the sum of two log-densities is the product's: for Gaussians, precisions add up and weight the means",
       "Hinton 2002; Du, Li & Mordatch 2020", 2},
      composition_gaussians, product_of,
      {{"the mean of the log-densities instead of their sum",
        [](auto& a, auto& b) {
          const Target both = product_of(a, b);
          return Target{.log_prob = [both](auto& x) { return both.log_prob(x) * 0.5; }};
        }},
       {"a product without its second factor", [](auto& a, auto&) { return a; }}})};
}

namespace {

const char* const kWeights[] = {"conv.convolutions.0", "conv.convolutions.2", "conv.convolutions.4",
                                "conv.convolutions.6", "conv.head.0",         "conv.head.2"};

using Named = std::map<std::string, Tensor>;

Named tensors_of(const Module& network) {
  Named out;
  for (const NamedTensor& p : network.named_parameters()) out[p.name] = p.tensor.detach();
  for (const NamedTensor& b : network.named_buffers()) out[b.name] = b.tensor.detach();
  return out;
}

// Returns A / |A u| if the layer has a u, else A.
Tensor taken_weight(const Named& p, const std::string& layer) {
  const Tensor& weight = p.at(layer + ".weight");
  const auto u = p.find(layer + ".spectral_norm.u");
  if (u == p.end()) return weight;
  const int64_t n = weight.dim(-1);
  return weight / sqrt(sum(square(matmul(reshape(weight, {weight.size() / n, n}), u->second))));
}

// Computes f of the tutorial's network with elementary ops.
Tensor written_out(const Named& p, const DataShape& shape, const Tensor& x) {
  Tensor h = as_image_batch(x * 2.0 - 1.0, shape);
  for (const std::string layer : std::span(kWeights).first(4)) {
    h = silu(conv2d(h, taken_weight(p, layer), p.at(layer + ".bias"),
                    {.stride = 2, .padding = layer == kWeights[0] ? 4 : 1}));
  }
  h = silu(linear(flatten_rows(h), taken_weight(p, kWeights[4]), p.at("conv.head.0.bias")));
  return reshape(linear(h, taken_weight(p, kWeights[5]), p.at("conv.head.2.bias")), {x.dim(0)});
}

/// Returns the largest singular value of a weight (..., n), as a matrix A with n columns, from A^T A.
double largest_singular_value(const Tensor& weight) {
  const int64_t n = weight.dim(-1);
  const Tensor a = cast(reshape(weight.detach(), {weight.size() / n, n}), DType::f64);
  return std::sqrt(max(symmetric_eigen(matmul(a, a, true, false)).values).item());
}

/// Settings of a training of an energy.
struct SpectralTraining {
  const char* norm = "spectral_norm=true";
  void (*after)(Ebm& model) = [](Ebm&) {};
};

RowResult spectral_norm(const SpectralTraining& how, const RowContext& context) {
  constexpr double kSingular = 0.1, kValue = 1e-3;
  constexpr int64_t kImages = 200;
  const auto trained = train_model(
      fmt::format("ebm preset=uva {} channels=4 hidden=16 buffer=256 chain_steps=5 steps=100 seed=1",
                  how.norm),
      context);
  auto& model = dynamic_cast<Ebm&>(*trained->model);
  how.after(model);
  Rng rng(context.seed, "ledger/spectral");
  const Tensor digits = read_examples(trained->data.train(), 0, kImages, Pixels::grey, rng).x;
  const Tensor x = concat(digits, rand(digits.shape(), rng), 0);
  const NoGrad quiet;
  const Named tensors = tensors_of(model.network());
  double singular = 0;  // largest |sigma_1 - 1| of the layers' weights as the network takes them
  for (const std::string layer : kWeights)
    singular = std::max(singular, std::abs(largest_singular_value(taken_weight(tensors, layer)) - 1));
  const Tensor wanted = written_out(tensors, trained->data.shape(), x),
               found = model.network().log_density(x);
  const double value = largest_abs(found - wanted) / (max(wanted) - min(wanted)).item();
  // The network doubles the pixels. A kernel of size k sees a pixel in ceil(k / 2) windows per axis, which
  // bounds a layer's scale. The slope of SiLU is at most 1.0999.
  constexpr double kSilu = 1.0999, kWindows = 3.0 * 2 * 2 * 2;
  const double slope =
      max(sqrt(sum(square(model.network().score(x)), 1))).item() / (2 * kWindows * std::pow(kSilu, 5));
  return {
      std::max({singular / kSingular, value / kValue, slope}), AtMost{1},
      fmt::format("convolutions 4-8-16-16 and 16 units, 100 training steps: the largest singular values of "
                  "the six weights, from the eigenvalues of A^T A, differ from 1 by at most {:.1e} (allowed "
                  "{}, as each step has one power iteration); f of {} digits and as many noise images "
                  "differs from f with these weights by {:.1e} of its range (allowed {:.0e}); the steepest "
                  "slope is {:.1e} of the layers' bound; value: the largest share of what is allowed",
                  singular, kSingular, kImages, value, kValue, slope)};
}

// Changes every weight without a power iteration.
void move_weights(Ebm& model) {
  Rng rng(3, "ledger/moved-weights");
  for (const NamedTensor& p : model.network().named_parameters()) {
    if (!p.name.ends_with("weight")) continue;
    Tensor weight = p.tensor;
    const std::vector<double> noise = randn(weight.shape(), rng).to_vector();
    for (int64_t i = 0; i < weight.size(); ++i)
      weight.mutable_data<float>()[i] += static_cast<float>(noise[static_cast<size_t>(i)]);
  }
}

}  // namespace

Rows spectral_norm_rows() {
  return {identity(
      {"ebm.spectral_norm",
       "spectral_norm gives every weight the largest singular value 1, and bounds the slope of the energy f",
       "Miyato et al. 2018, section 2.1", 3},
      spectral_norm, {},
      {{"weights that are not normalised", {.norm = "spectral_norm=false"}},
       {"weights that changed after the last power iteration", {.after = move_weights}}})};
}

}  // namespace gradzoo
