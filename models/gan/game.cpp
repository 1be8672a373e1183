#include "gradzoo/models/gan/game.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {
namespace {

constexpr int64_t kBatch = 512;
constexpr int64_t kCells = 2000;
const Box kLine = {{-9}, {9}};

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

DensitiesOnLine::DensitiesOnLine(const TwoBumps& p, const TwoBumps& q)
    : grid(kLine, kCells),
      log_p(on_grid(grid, [&](const Tensor& x) { return p.log_prob(x); })),
      log_q(on_grid(grid, [&](const Tensor& x) { return q.log_prob(x); })) {}

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

TrainedDiscriminator::TrainedDiscriminator(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps,
                                           uint64_t seed)
    : rng_(seed, "ledger/discriminator"),
      network_({.data = {.example = {1}}, .discriminator_hidden = {64, 64}}, rng_),
      learner_(network_, {.ema = 0.99}) {
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor real = p.sample(kBatch, rng_), fake = q.sample(kBatch, rng_);
    const Tape tape;
    learner_.step(loss(network_.forward(real), network_.forward(fake)),
                  5e-3 * decay(Decay::cosine, step, steps));
  }
}

Tensor TrainedDiscriminator::logits(const Tensor& x) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  return reshape(cast(network_.forward(x), DType::f64), {x.dim(0)});
}

DiscriminatorOnLine TrainedDiscriminator::on_line(const TwoBumps& p, const TwoBumps& q) {
  DiscriminatorOnLine out{{p, q}, {}};
  out.logits = logits(out.grid.points(0, out.grid.count(), DType::f32));
  return out;
}

}  // namespace gradzoo
