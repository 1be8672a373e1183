#include <memory>
#include <numbers>
#include <span>

#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/samplers/ais.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "tools/verify/ledger/rbm/random_rbm.h"
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

// Returns the log of the integral of exp f over a square.
double log_integral(const Target& target, double half_side) {
  const Grid grid({{-half_side, -half_side}, {half_side, half_side}}, 600);
  return log_partition(grid, on_grid(grid, target.log_prob));
}

// Multiplies every parameter, because an untrained network is nearly flat.
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

/// From p(z) = N(0, I) to p(z) p(x|z) of a random decoder 2-16-12, for drawn bits x: log p(x).
PlanePair posterior_pair() {
  Rng rng(4, "ledger/ais-posterior");
  const auto network = std::make_shared<VaeNetwork>(
      VaeShape{.data = {.example = {12}}, .latent = 2, .hidden = 16, .dtype = DType::f64}, rng);
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
using Betas = std::span<const double>;
using Annealing = AisEstimate (*)(const PlanePair& pair, int64_t chains, Betas betas, Rng& rng);

/// A path with an error injected into its moves.
class PlantedPath : public AnnealingPath {
 public:
  using Advance = std::function<Tensor(AnnealingPath& path, Tensor& x, double from, double to, Rng& rng)>;
  PlantedPath(std::shared_ptr<AnnealingPath> path, Advance advance)
      : path_(std::move(path)), advance_(std::move(advance)) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    return advance_(*path_, x, from, to, rng);
  }

 private:
  std::shared_ptr<AnnealingPath> path_;
  Advance advance_;
};

AisEstimate anneal_by(const PlantedPath::Advance& advance, const PlanePair& pair, int64_t chains, Betas betas,
                      Rng& rng) {
  Hmc sampler({.step = 0.3, .leapfrog_steps = 5});
  PlantedPath path(std::make_shared<TargetPath>(pair.from, pair.to, sampler), advance);
  return annealed_importance_sampling(path, pair.from.initial(chains, rng), betas, rng);
}

template <int kPercent>  // of the weights
AisEstimate anneal(const PlanePair& pair, int64_t chains, Betas betas, Rng& rng) {
  const auto advance = [](AnnealingPath& path, Tensor& x, double from, double to, Rng& draws) {
    return path.advance(x, from, to, draws) * (kPercent / 100.0);
  };
  return anneal_by(advance, pair, chains, betas, rng);
}

// The weight at the chains' next states.
Tensor weigh_after_move(AnnealingPath& path, Tensor& x, double from, double to, Rng& rng) {
  path.advance(x, from, to, rng);
  Tensor moved = x;
  return path.advance(moved, from, to, rng);
}

RowResult plane_vs_quadrature(Annealing annealing, const RowContext& context) {
  constexpr double kStandardErrors = 4.1, kLeastEss = 0.3;
  constexpr int64_t kChains = 2000;
  std::vector<double> betas;
  for (int64_t k = 0; k < 101; ++k) betas.push_back(static_cast<double>(k) / 100);
  std::string found;
  double worst = 0, least = 1;
  const std::pair<PlanePair, const char*> pairs[] = {{energy_pair(), "log Z of exp f for a perceptron f"},
                                                     {posterior_pair(), "log p(x) of a decoder"}};
  for (const auto& [pair, name] : pairs) {
    Rng rng(context.seed, "ledger/ais");
    const AisEstimate error = annealing(pair, kChains, betas, rng);
    const double z = std::abs(error.log_ratio - pair.log_ratio) / error.error;
    found += fmt::format("{}: quadrature {:.4f}, annealing {:.4f}, {:.2f} SE apart, ESS {:.2f}; ", name,
                         pair.log_ratio, error.log_ratio, z, error.ess);
    worst = std::max(worst, z);
    least = std::min(least, error.ess);
  }
  return {least >= kLeastEss ? worst : INFINITY, AtMost{kStandardErrors},
          fmt::format("{} chains, 101 temperatures, one HMC transition per temperature; {}ESS must be at "
                      "least {}; false-alarm rate 8e-5; value: the larger error in SE",
                      kChains, found, kLeastEss)};
}

}  // namespace

Rows ais_plane_rows() {
  return {
      identity({"ais.plane_vs_quadrature",
                "annealed importance sampling estimates log Z of an energy and log p(x) of a decoder",
                "Neal 2001; Wu, Burda, Salakhutdinov & Grosse 2017", 5},
               plane_vs_quadrature, anneal<100>,
               {{"weights of the wrong sign", anneal<-100>},
                {"weights that are 10 % too small", anneal<90>},
                {"weights computed after the move",
                 [](auto& pair, int64_t chains, Betas betas, auto& rng) {
                   return anneal_by(weigh_after_move, pair, chains, betas, rng);
                 }},
                {"a density without its constant", [](auto& pair, int64_t chains, Betas betas, auto& rng) {
                   PlanePair planted = pair;
                   planted.from.log_prob = [log_prob = pair.from.log_prob](auto& x) {
                     return log_prob(x) + std::log(2 * std::numbers::pi);
                   };
                   return anneal<100>(planted, chains, betas, rng);
                 }}})};
}

namespace {

constexpr double kStandardErrors = 3;

/// Returns the annealing problem of an RBM, from independent units with biases base_bias (n).
using PartitionOf = Partition (*)(const RbmLayer&, const Tensor& base_bias);

/// Returns the smaller value of `z_of` over two seeds, for an RBM of 24 x 12 units and its exact log Z.
double smaller_of_two_seeds(PartitionOf partition_of, uint64_t seed, std::string_view stream,
                            FunctionRef<double(const Partition&, double exact, Rng& rng)> z_of) {
  const NoGrad quiet;
  const std::unique_ptr<RbmLayer> machine = random_rbm(24, 12, 0.7, DType::f32, 7);
  const Tensor base_bias = machine->visible_bias().detach() * 0.5;
  const double exact = exact_log_partition(*machine);
  const Partition partition = partition_of(*machine, base_bias);
  double least = INFINITY;
  for (const uint64_t which : {seed, seed + 1}) {
    Rng rng(which, stream);
    least = std::min(least, z_of(partition, exact, rng));
  }
  return least;
}

/// Returns |annealed - exact log Z| in standard errors, for 500 chains of 1000 temperatures.
RowResult rbm_vs_exact(PartitionOf partition_of, const RowContext& context) {
  double ess = 1;  // the smaller of the two
  const auto z_of = [&](const Partition& partition, double exact, Rng& rng) {
    const LogPartition up = anneal_up(partition, {.chains = 500, .temperatures = 1000}, rng);
    ess = std::min(ess, up.annealing.ess);
    return std::abs(up.value - exact) / up.annealing.error;
  };
  const double z = smaller_of_two_seeds(partition_of, context.seed, "ledger/ais", z_of);
  return {ess >= 0.3 ? z : INFINITY, AtMost{kStandardErrors},
          fmt::format("24 visible and 12 hidden units, weights N(0, 0.7^2), 500 chains of 1000 temperatures; "
                      "value: distance of log Z from enumeration in SE, for the better of two seeds "
                      "(false-alarm rate 7e-6); ESS {:.2f} of 1 (at least 0.3)",
                      ess)};
}

/// Returns, in standard errors, the larger excess of the mean upward log-weight over the exact log Z and of
/// the exact log Z over the downward estimate, 40 temperatures. Both are far below 0 (Jensen's inequality).
RowResult rbm_bracket(PartitionOf partition_of, const RowContext& context) {
  const AnnealingOptions options{.chains = 2000, .temperatures = 40};
  const auto z_of = [&](const Partition& partition, double exact, Rng& rng) {
    const LogPartition up = anneal_up(partition, options, rng), down = anneal_down(partition, options, rng);
    const double ratio = exact - partition.begin_log_z;
    return std::max(z_score(up.annealing.log_weights, ratio), z_score(down.annealing.log_weights, -ratio));
  };
  return {smaller_of_two_seeds(partition_of, context.seed, "ledger/bracket", z_of), AtMost{kStandardErrors},
          "the RBM of ais.rbm_vs_exact, 40 temperatures, 2000 chains; value: SE by which the mean upward "
          "log-weight exceeds the exact log Z, or by which the mean downward log-weight falls below it (the "
          "larger, for the better of two seeds; false-alarm rate 7e-6)"};
}

// The weight is computed at the chain's next state.
Tensor move_first(AnnealingPath& path, Tensor& x, double from, double to, Rng& rng) {
  path.advance(x, to, to, rng);
  Tensor copy = x;
  return path.advance(copy, from, to, rng);
}

Tensor move_nowhere(AnnealingPath& path, Tensor& x, double from, double to, Rng& rng) {
  Tensor copy = x;
  Tensor weights = path.advance(copy, from, to, rng);
  path.advance(x, 0, 0, rng);
  return weights;
}

template <auto advance>
Partition planted(const RbmLayer& layer, const Tensor& base_bias) {
  Partition partition = rbm_partition(layer, base_bias);
  partition.path = std::make_shared<PlantedPath>(partition.path, advance);
  return partition;
}

}  // namespace

Rows ais_rbm_rows() {
  return {identity({"ais.rbm_vs_exact",
                    "annealed importance sampling estimates an RBM's log Z within its standard error",
                    "Neal 2001; Salakhutdinov & Murray 2008", 2},
                   rbm_vs_exact, rbm_partition,
                   {{"a forgotten 2^m",
                     [](auto& layer, auto& base_bias) {
                       Partition partition = rbm_partition(layer, base_bias);
                       partition.begin_log_z -= static_cast<double>(layer.hidden()) * std::log(2.0);
                       return partition;
                     }},
                    {"chains that ignore the temperature", planted<move_nowhere>}}),
          identity({"ais.bracket",
                    "annealing upwards gives a lower bound of log Z on average, downwards an upper bound",
                    "Jensen's inequality; Burda, Grosse & Salakhutdinov 2015", 1},
                   rbm_bracket, rbm_partition,
                   {{"weights computed at the chains' next states", planted<move_first>},
                    {"downward chains that do not start at samples of the model",
                     [](auto& layer, auto& base_bias) {
                       Partition partition = rbm_partition(layer, base_bias);
                       partition.end = partition.begin;
                       return partition;
                     }}})};
}

}  // namespace gradzoo
