#include "gradzoo/models/gan/game.h"

#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/gan.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr TwoBumps kReal{1.2, 0.6}, kFake{0, 1.5};

// The standard error of the mean of log D, or of log(1 - D), over draws.
double standard_error(const Tensor& logits, bool real) {
  const Tensor terms = neg(softplus(real ? neg(logits) : logits));
  return std::sqrt(var(terms).item() / static_cast<double>(logits.size()));
}

RowResult optimal_discriminator(LogitsFn loss, const RowContext& context) {
  const int64_t steps = context.count(4000, 400);
  const double share = context.brief ? 2 : 1;
  const DiscriminatorErrors found =
      TrainedDiscriminator(loss, kReal, kFake, steps, context.seed).on_line(kReal, kFake).errors();
  return {std::max(found.mean / 0.01, found.sup / 0.03), AtMost{share},
          fmt::format("p an equal mixture of N(±1.2, 0.6^2), q = N(0, 1.5^2), network 1-64-64-1 with leaky "
                      "ReLU, {} steps of 512 + 512 new draws, rate falling from 5e-3: |D - D*| has the mean "
                      "{:.4f} under (p+q)/2 (allowed 0.01) and the maximum {:.4f} over the central 95 % "
                      "(allowed 0.03); value: the larger share of what is allowed",
                      steps, found.mean, found.sup)};
}

/// Returns |V(D*) - (2 JSD(p, q) - log 4)| in nats, V from quantiles of p and q, JSD from quadrature.
RowResult jsd(LogitsFn value, const RowContext&) {
  constexpr int64_t kQuantiles = 250000;
  const auto optimal_logits = [](const Tensor& x) {  // log D* - log(1 - D*) = log p - log q
    return kReal.log_prob(x) - kFake.log_prob(x);
  };
  const double found =
      value(optimal_logits(kReal.quantiles(kQuantiles)), optimal_logits(kFake.quantiles(kQuantiles))).item();
  const DensitiesOnLine line(kReal, kFake);
  return {std::abs(found - (2 * jsd_on_grid(line.grid, line.log_p, line.log_q) - std::log(4.0))),
          AtMost{1e-5},
          "f64, p an equal mixture of N(±1.2, 0.6^2), q = N(0, 1.5^2), V over 250,000 quantiles per "
          "component, JSD on a grid of 2,000 cells; value: the error, nats"};
}

/// A distance of two distributions, from their log-densities on a grid.
using GridDistance = double (*)(const Grid& grid, const Tensor& log_p, const Tensor& log_q);

double root_jsd(const Grid& grid, const Tensor& log_p, const Tensor& log_q) {
  return std::sqrt(std::max(jsd_on_grid(grid, log_p, log_q), 0.0));
}

// The mean of both KL to a mixture with unequal weights.
double root_of_skewed(const Grid& grid, const Tensor& log_p, const Tensor& log_q) {
  const Tensor mixture = log(exp(log_p) * 0.4 + exp(log_q) * 0.6);
  return std::sqrt(std::max((kl_on_grid(grid, log_p, mixture) + kl_on_grid(grid, log_q, mixture)) / 2, 0.0));
}

constexpr int64_t kPlaces = 5;  // of a discrete distribution

// Returns log-probabilities (kPlaces): corners and centre of the simplex, flat and sharp random ones.
Tensors discrete_distributions(int64_t at_random, uint64_t seed) {
  Tensors out;
  for (int64_t i = 0; i < kPlaces; ++i)
    out.push_back(log(cast(eq(arange(kPlaces, DType::i64), static_cast<double>(i)), DType::f64)));
  out.push_back(log(full({kPlaces}, 1.0 / kPlaces, DType::f64)));
  Rng rng(seed, "ledger/discrete");
  for (int64_t i = 0; i < at_random; ++i)
    out.push_back(log_softmax(randn({kPlaces}, rng, DType::f64) * (0.5 + static_cast<double>(i % 4) * 2), 0));
  return out;
}

/// Returns the largest violation of the triangle inequality, of symmetry, and of sqrt(log 2) nats^(1/2)
/// between distributions without a common state.
RowResult metric(GridDistance distance, const RowContext& context) {
  const Grid grid({{0}, {static_cast<double>(kPlaces)}}, kPlaces);
  const Tensors all = discrete_distributions(context.count(34, 14), context.seed);
  const size_t n = all.size();
  std::vector<double> d(n * n);
  for (size_t i = 0; i < n * n; ++i) d[i] = distance(grid, all[i / n], all[i % n]);
  double worst = std::abs(d[1] - std::sqrt(std::log(2.0)));  // of two corners
  for (const double each : d) worst += 0 * each;  // NaN, which max() below keeps, where one of them is
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) {
      worst = std::max(worst, std::abs(d[i * n + j] - d[j * n + i]));
      for (size_t k = 0; k < n; ++k) worst = std::max(worst, d[i * n + j] - d[i * n + k] - d[k * n + j]);
    }
  return {worst, AtMost{1e-12},
          fmt::format("f64, {} distributions over {} states (corners of the simplex, its centre, random "
                      "ones), all triples; value: largest violation of d(p,r) <= d(p,q) + d(q,r), of d(p,q) "
                      "= d(q,p), and of d = sqrt(log 2) between two corners, nats^(1/2)",
                      n, kPlaces)};
}

/// A game at equilibrium: the discriminator's loss, the objective V, and the generator's distribution.
struct Endgame {
  LogitsFn loss = minimax.discriminator, value = gan_value;
  TwoBumps q = kReal;
};

RowResult equilibrium(const Endgame& game, const RowContext& context) {
  constexpr int64_t kHeldOut = 4000;
  const int64_t steps = context.count(2000, 500);
  TrainedDiscriminator trained(game.loss, kReal, game.q, steps, context.seed);
  Rng rng(context.seed, "ledger/held-out");
  double off[2], in_se[2];  // V + log 4 on draws that D never saw: nats, and |that| in standard errors
  for (size_t set = 0; set < 2; ++set) {
    const Tensor real = trained.logits(kReal.sample(kHeldOut, rng)),
                 fake = trained.logits(game.q.sample(kHeldOut, rng));
    off[set] = game.value(real, fake).item() + std::log(4.0);
    in_se[set] = std::abs(off[set]) / std::hypot(standard_error(real, true), standard_error(fake, false));
  }
  return {std::min(in_se[0], in_se[1]), AtMost{3},
          fmt::format("p = q, an equal mixture of N(±1.2, 0.6^2), {} steps of 512 + 512 new draws: V on two "
                      "held-out sets of 4000 + 4000 draws differs from -log 4 by {:+.1e} and {:+.1e} nats, "
                      "{:.2f} and {:.2f} SE; value: the smaller number of SE (false-alarm rate below 1e-4)",
                      steps, off[0], off[1], in_se[0], in_se[1])};
}

Tensor smoothed(const Tensor& real, const Tensor& fake) {
  return minimax.discriminator(real, fake) + label_smoothing_term(real, 0.1);
}

}  // namespace

Rows gan_game_rows() {
  return {
      identity(
          {"gan.optimal_discriminator", "the optimal discriminator for a fixed generator is D* = p/(p + q)",
           "Goodfellow et al. 2014, proposition 1", 5},
          optimal_discriminator, minimax.discriminator,
          {{"real and generated samples swapped",
            [](auto& real, auto& fake) { return minimax.discriminator(fake, real); }},
           {"real samples with twice their weight",
            [](auto& real, auto& fake) { return mean(softplus(neg(real))) * 2.0 + mean(softplus(fake)); }},
           {"labels smoothed by 0.1", smoothed}}),
      identity(
          {"gan.jsd", "at the optimal discriminator the GAN's objective is V = 2 JSD(p, q) - log 4",
           "Goodfellow et al. 2014, theorem 1", 1},
          jsd, gan_value,
          {{"a dropped log 4", [](auto& real, auto& fake) { return gan_value(real, fake) + std::log(4.0); }},
           {"the sign of the discriminator's loss", minimax.discriminator},
           {"the non-saturating loss instead of V",
            [](auto& real, auto& fake) {
              return neg(mean(softplus(neg(real)))) - non_saturating.generator(fake);
            }}}),
      identity(
          {"gan.root_jsd_metric",
           "the square root of the Jensen-Shannon divergence (JSD) is a metric, and JSD itself is not",
           "Endres & Schindelin 2003, theorem 1", 1},
          metric, root_jsd,
          {{"JSD without its root", [](auto& grid, auto& p, auto& q) { return jsd_on_grid(grid, p, q); }},
           {"a mixture with weights 0.4 and 0.6", root_of_skewed},
           {"bits instead of nats",
            [](auto& grid, auto& p, auto& q) { return root_jsd(grid, p, q) / std::sqrt(std::log(2.0)); }},
           {"KL instead of JSD",
            [](auto& grid, auto& p, auto& q) { return std::sqrt(std::max(kl_on_grid(grid, p, q), 0.0)); }}}),
      identity({"gan.equilibrium", "a discriminator trained on p = q reaches V = -log 4 on held-out draws",
                "Goodfellow et al. 2014, theorem 1", 3},
               equilibrium, {},
               {{"a generator whose components are a sixth too wide", {.q = {1.2, 0.7}}},
                {"V without its second term",
                 {.value = [](auto& real, auto&) { return neg(mean(softplus(neg(real)))); }}},
                {"labels smoothed by 0.1", {.loss = smoothed}}})};
}

}  // namespace gradzoo
