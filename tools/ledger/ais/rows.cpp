#include "tools/ledger/ais/rows.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/quadrature.h"
#include "models/networks/energy.h"
#include "models/vae/network.h"
#include "nn/distributions.h"
#include "samplers/kinds/hmc.h"
#include "samplers/target_path.h"

namespace gradzoo {
namespace {

// N(0, s^2 I) in the plane with its constant.
Target plane_normal(double s) {
  return {.log_prob =
              [s](const Tensor& x) {
                return sum(square(x), 1) * (-0.5 / (s * s)) - std::log(2 * std::numbers::pi * s * s);
              },
          .initial =
              [s](int64_t n, Rng& rng) {
                return randn({n, 2}, rng, DType::f64) * s;
              }};
}

// log of the integral of exp f over a square.
double log_integral(const Target& target, double half_side) {
  const Grid grid({{-half_side, -half_side}, {half_side, half_side}}, 600);
  return log_partition(grid, on_grid(grid, target.log_prob));
}

// Multiplies every parameter: a network as it is made is nearly flat.
void sharpen(Module& network, double factor) {
  const NoGrad quiet;
  for (NamedTensor& each : network.named_parameters()) {
    double* values = each.tensor.mutable_data<double>();
    for (int64_t i = 0; i < each.tensor.size(); ++i) values[i] *= factor;
  }
}

RowResult plane_vs_quadrature(const RowContext& context) {
  constexpr double kStandardErrors = 4.1, kLeastEss = 0.3;
  std::string found;
  double worst = 0, least = 1;
  const std::pair<PlanePair, const char*> pairs[] = {{energy_pair(), "log Z of a perceptron's exp f"},
                                                     {posterior_pair(), "log p(x) of a decoder"}};
  for (const auto& [pair, name] : pairs) {
    const AisError error = measure_ais(annealed_importance_sampling, pair, context.seed);
    found += fmt::format("{} {:.4f} by quadrature, {:.4f} by annealing, {:.2f} SE off, ESS {:.2f}; ", name,
                         pair.log_ratio, error.estimate, error.z, error.ess);
    worst = std::max(worst, error.z);
    least = std::min(least, error.ess);
  }
  return {least >= kLeastEss ? worst : INFINITY, AtMost{kStandardErrors},
          fmt::format("2000 chains, 101 temperatures, one HMC transition at each: {}ESS at least {}; false "
                      "alarm 8e-5",
                      found, kLeastEss)};
}

}  // namespace

PlanePair energy_pair() {
  Rng rng(3, "ledger/ais-energy");
  const auto network = std::make_shared<EnergyNetwork>(
      2, EnergyOptions{.hidden = {16, 16}, .output_scale = 2, .confinement = 1.5}, rng, DType::f64);
  sharpen(*network, 2.5);
  Target to{.log_prob = [network](const Tensor& x) { return network->log_density(x); }};
  const double log_z = log_integral(to, 12);
  return {plane_normal(2), to, log_z};
}

PlanePair posterior_pair() {
  Rng rng(4, "ledger/ais-posterior");
  VaeShape shape;
  shape.data = {.example = {12}};
  shape.latent = 2;
  shape.hidden = 16;
  shape.dtype = DType::f64;
  const auto network = std::make_shared<VaeNetwork>(shape, rng);
  sharpen(*network, 6);
  const Target prior = plane_normal(1);
  const NoGrad quiet;
  const Tensor x = bernoulli(sigmoid(network->decode(prior.initial(1, rng))), rng);
  Target joint{.log_prob = [network, prior, x](const Tensor& z) {
    const Tensor logits = network->decode(z);
    return prior.log_prob(z) + sum(bernoulli_log_prob(broadcast_to(x, logits.shape()), logits), 1);
  }};
  const double log_px = log_integral(joint, 9);
  return {prior, joint, log_px};
}

AisError measure_ais(AisFunction ais, const PlanePair& pair, uint64_t seed) {
  constexpr int64_t kChains = 2000, kTemperatures = 101;
  Rng rng(seed, "ledger/ais");
  std::vector<double> betas;
  for (int64_t k = 0; k < kTemperatures; ++k)
    betas.push_back(static_cast<double>(k) / static_cast<double>(kTemperatures - 1));
  Hmc sampler({.step = 0.3, .leapfrog_steps = 5});
  TargetPath path(pair.from, pair.to, sampler);
  const AisEstimate found = ais(path, pair.from.initial(kChains, rng), betas, rng);
  return {found.log_ratio, std::abs(found.log_ratio - pair.log_ratio) / found.error, found.ess};
}

std::vector<Row> ais_rows() {
  return {{"ais.plane_vs_quadrature", RowKind::identity,
           "annealed importance sampling gives log Z of an energy and log p(x) of a decoder",
           "Neal 2001; Wu, Burda, Salakhutdinov & Grosse 2017", true, 5, plane_vs_quadrature}};
}

}  // namespace gradzoo
