#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/quadrature.h"
#include "models/gan/gan.h"
#include "nn/distributions.h"
#include "nn/learn/learner.h"
#include "nn/learn/schedule.h"
#include "tools/ledger/gan/rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kBatch = 512;
constexpr int64_t kCells = 2000;
const Box kLine = {{-9}, {9}};

/// The model's own discriminator for numbers on the line, with what trains it.
struct TrainedDiscriminator {
  Rng rng;
  Discriminator network;
  Learner learner;

  explicit TrainedDiscriminator(uint64_t seed)
      : rng(seed, "ledger/discriminator"),
        network({.data = {.example = {1}}, .discriminator_hidden = {64, 64}}, rng),
        learner(network, {.ema = 0.99}) {}

  void train(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps) {
    for (int64_t step = 0; step < steps; ++step) {
      const Tensor real = p.sample(kBatch, rng), fake = q.sample(kBatch, rng);
      Tape tape;
      learner.step(loss(network.forward(real), network.forward(fake)),
                   5e-3 * decay(Decay::cosine, step, steps));
    }
  }
  Tensor logits(const Tensor& x) {  // (n, 1) f32 -> (n) f64
    const NoGrad quiet;
    const auto averaged = learner.averaged();
    return reshape(cast(network.forward(x), DType::f64), {x.dim(0)});
  }
};

/// Values on a grid of the line, where both densities live.
struct OnLine {
  Grid grid{kLine, kCells};
  Tensor log_p, log_q;  // (cells) f64
  OnLine(const TwoBumps& p, const TwoBumps& q)
      : log_p(on_grid(grid, [&](const Tensor& x) { return p.log_prob(x); })),
        log_q(on_grid(grid, [&](const Tensor& x) { return q.log_prob(x); })) {}
};

// log D* - log(1 - D*) = log p - log q.
Tensor optimal_logits(const TwoBumps& p, const TwoBumps& q, const Tensor& x) {
  return p.log_prob(x) - q.log_prob(x);
}

// The standard error of the mean of log D, or of log(1 - D), over draws.
double standard_error(const Tensor& logits, bool real) {
  const Tensor terms = neg(softplus(real ? neg(logits) : logits));
  return std::sqrt(var(terms).item() / static_cast<double>(logits.size()));
}

}  // namespace

Tensor TwoBumps::sample(int64_t n, Rng& rng) const {
  const Tensor side = rademacher({n, 1}, rng);
  return side * gap + randn({n, 1}, rng) * sigma;
}

Tensor TwoBumps::log_prob(const Tensor& x) const {
  const double log_norm = std::log(2 * sigma * std::sqrt(2 * std::numbers::pi));
  const Tensor exponents =
      concat(square((x - gap) * (1 / sigma)), square((x + gap) * (1 / sigma)), 1) * -0.5;  // (n, 2)
  return logsumexp(exponents, 1) - log_norm;
}

Tensor TwoBumps::quantiles(int64_t n) const {
  std::vector<double> points;
  for (double centre : {-gap, gap}) {
    for (int64_t i = 0; i < n; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
      points.push_back(centre + sigma * normal_quantile(share));
    }
  }
  return tensor(points, {2 * n, 1}, DType::f64);
}

DiscriminatorErrors DiscriminatorOnLine::errors() const {
  const std::vector<double> off = abs(sigmoid(logits) - sigmoid(log_p - log_q)).to_vector();
  const std::vector<double> weight = ((exp(log_p) + exp(log_q)) * (grid.volume / 2)).to_vector();
  DiscriminatorErrors errors{0, 0};
  double below = 0;
  for (size_t i = 0; i < off.size(); ++i) {
    errors.mean += weight[i] * off[i];
    if (below >= 0.025 && below <= 0.975) errors.sup = std::max(errors.sup, off[i]);
    below += weight[i];
  }
  return errors;
}

DiscriminatorOnLine trained_discriminator(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps,
                                          uint64_t seed) {
  TrainedDiscriminator trained(seed);
  trained.train(loss, p, q, steps);
  const OnLine line(p, q);
  return {line.grid, line.log_p, line.log_q,
          trained.logits(line.grid.points(0, line.grid.count(), DType::f32))};
}

DiscriminatorErrors discriminator_errors(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps,
                                         uint64_t seed) {
  return trained_discriminator(loss, p, q, steps, seed).errors();
}

double jsd_error(LogitsFn value, const TwoBumps& p, const TwoBumps& q) {
  constexpr int64_t kQuantiles = 250000;
  const double found =
      value(optimal_logits(p, q, p.quantiles(kQuantiles)), optimal_logits(p, q, q.quantiles(kQuantiles)))
          .item();
  const OnLine line(p, q);
  return std::abs(found - (2 * jsd_on_grid(line.grid, line.log_p, line.log_q) - std::log(4.0)));
}

double HeldOutValue::in_se() const { return std::abs(value + std::log(4.0)) / standard_error; }

std::vector<HeldOutValue> held_out_values(LogitsFn loss, LogitsFn value, const TwoBumps& p, const TwoBumps& q,
                                          int64_t steps, uint64_t seed) {
  constexpr int64_t kHeldOut = 4000;
  TrainedDiscriminator trained(seed);
  trained.train(loss, p, q, steps);
  Rng rng(seed, "ledger/held-out");
  std::vector<HeldOutValue> out;
  for (int set = 0; set < 2; ++set) {
    const Tensor real = trained.logits(p.sample(kHeldOut, rng)),
                 fake = trained.logits(q.sample(kHeldOut, rng));
    out.push_back(
        {value(real, fake).item(), std::hypot(standard_error(real, true), standard_error(fake, false))});
  }
  return out;
}

}  // namespace gradzoo
