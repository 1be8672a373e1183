#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <span>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/samplers/ais.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "tools/verify/ledger/rows.h"

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

/// Two unnormalised densities in the plane, draws of the first, and log Z_1 - log Z_0 by quadrature.
struct PlanePair {
  Target from, to;
  double log_ratio;
};

/// N(0, 4 I), normalised, to exp f of a random perceptron with two hidden layers.
PlanePair energy_pair() {
  Rng rng(3, "ledger/ais-energy");
  const auto network = std::make_shared<EnergyNetwork>(
      2, EnergyOptions{.hidden = {16, 16}, .output_scale = 2, .confinement = 1.5}, rng, DType::f64);
  sharpen(*network, 2.5);
  Target to{.log_prob = [network](const Tensor& x) { return network->log_density(x); }};
  const double log_z = log_integral(to, 12);
  return {plane_normal(2), to, log_z};
}

/// p(z) = N(0, I) to p(z) p(x|z) of a random decoder 2-16-12 and bits x drawn from it: log p(x).
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

/// Annealing between a pair of densities.
using Annealing = AisEstimate (*)(const PlanePair& pair, int64_t chains, std::span<const double> betas,
                                  Rng& rng);

/// Changes what a path says of its weights: by a factor, or by taking them after the move.
class PlantedWeights : public AnnealingPath {
 public:
  PlantedWeights(AnnealingPath& path, double factor, bool weighs_after)
      : path_(path), factor_(factor), after_(weighs_after) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    if (!after_) return path_.advance(x, from, to, rng) * factor_;
    Tensor moved = x;
    path_.advance(moved, from, to, rng);
    x = moved;
    return path_.advance(moved, from, to, rng);  // the weight where chains are by now
  }

 private:
  AnnealingPath& path_;
  double factor_;
  bool after_;
};

AisEstimate anneal_with(const PlanePair& pair, int64_t chains, std::span<const double> betas, Rng& rng,
                        double factor, bool weighs_after = false) {
  Hmc sampler({.step = 0.3, .leapfrog_steps = 5});
  TargetPath path(pair.from, pair.to, sampler);
  PlantedWeights planted(path, factor, weighs_after);
  return annealed_importance_sampling(planted, pair.from.initial(chains, rng), betas, rng);
}

AisEstimate anneal(const PlanePair& pair, int64_t chains, std::span<const double> betas, Rng& rng) {
  return anneal_with(pair, chains, betas, rng, 1);
}

RowResult plane_vs_quadrature(Annealing annealing, const RowContext& context) {
  constexpr double kStandardErrors = 4.1, kLeastEss = 0.3;
  constexpr int64_t kTemperatures = 101;
  constexpr int64_t kChains = 2000;
  std::vector<double> betas;
  for (int64_t k = 0; k < kTemperatures; ++k)
    betas.push_back(static_cast<double>(k) / static_cast<double>(kTemperatures - 1));
  std::string found;
  double worst = 0, least = 1;
  const std::pair<PlanePair, const char*> pairs[] = {{energy_pair(), "log Z of a perceptron's exp f"},
                                                     {posterior_pair(), "log p(x) of a decoder"}};
  for (const auto& [pair, name] : pairs) {
    Rng rng(context.seed, "ledger/ais");
    const AisEstimate error = annealing(pair, kChains, betas, rng);
    const double z = std::abs(error.log_ratio - pair.log_ratio) / error.error;
    found += fmt::format("{} {:.4f} by quadrature, {:.4f} by annealing, {:.2f} SE off, ESS {:.2f}; ", name,
                         pair.log_ratio, error.log_ratio, z, error.ess);
    worst = std::max(worst, z);
    least = std::min(least, error.ess);
  }
  return {least >= kLeastEss ? worst : INFINITY, AtMost{kStandardErrors},
          fmt::format("{} chains, 101 temperatures, one HMC transition at each: {}ESS at least {}; false "
                      "alarm 8e-5",
                      kChains, found, kLeastEss)};
}

}  // namespace

std::vector<Row> ais_plane_rows() {
  return {identity(
      {"ais.plane_vs_quadrature",
       "annealed importance sampling gives log Z of an energy and log p(x) of a decoder",
       "Neal 2001; Wu, Burda, Salakhutdinov & Grosse 2017", 5},
      plane_vs_quadrature, anneal,
      {{"weights of the wrong sign", [](const PlanePair& pair, int64_t chains, std::span<const double> betas,
                                        Rng& rng) { return anneal_with(pair, chains, betas, rng, -1); }},
       {"weights that are a tenth short",
        [](const PlanePair& pair, int64_t chains, std::span<const double> betas, Rng& rng) {
          return anneal_with(pair, chains, betas, rng, 0.9);
        }},
       {"weights that are taken after the move",
        [](const PlanePair& pair, int64_t chains, std::span<const double> betas, Rng& rng) {
          return anneal_with(pair, chains, betas, rng, 1, true);
        }},
       {"a density without its constant",
        [](const PlanePair& pair, int64_t chains, std::span<const double> betas, Rng& rng) {
          PlanePair planted = pair;
          planted.from.log_prob = [log_prob = pair.from.log_prob](const Tensor& x) {
            return log_prob(x) + std::log(2 * std::numbers::pi);
          };
          return anneal(planted, chains, betas, rng);
        }}})};
}

}  // namespace gradzoo
