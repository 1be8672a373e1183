#include <algorithm>
#include <cmath>

#include "autograd/grad.h"
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

constexpr double kStep = 1e-5;

double relative(double found, double expected) {
  return std::abs(found - expected) / std::max(1e-3, std::abs(expected));
}

// The mean over packs of `of_slope` of the squared slope, by central differences of the score.
double penalty_by_differences(const Discriminator& d, const Tensor& x, double (*of_slope)(double)) {
  const int64_t packs = x.dim(0) / d.pac(), inputs = x.size() / packs;
  std::vector<double> squared(static_cast<size_t>(packs), 0);
  for (int64_t input = 0; input < inputs; ++input) {
    Tensor above = x.clone(), below = x.clone();
    for (int64_t pack = 0; pack < packs; ++pack) {
      above.mutable_data<double>()[pack * inputs + input] += kStep;
      below.mutable_data<double>()[pack * inputs + input] -= kStep;
    }
    const std::vector<double> slope = ((d.judge(above, {}) - d.judge(below, {})) / (2 * kStep)).to_vector();
    for (size_t pack = 0; pack < slope.size(); ++pack) squared[pack] += slope[pack] * slope[pack];
  }
  double total = 0;
  for (double s : squared) total += of_slope(s);
  return total / static_cast<double>(packs);
}

Tensor on_quantiles(double shift, int64_t n) {  // (n, 1) f32 of N(shift, 1)
  std::vector<double> points;
  for (int64_t i = 0; i < n; ++i) {
    points.push_back(shift + normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  }
  return tensor(points, {n, 1});
}

}  // namespace

double penalty_error(GanNet net, int64_t pac, SlopeFn penalty, double (*of_slope)(double squared),
                     uint64_t seed) {
  Rng rng(seed, "ledger/penalty");
  const Discriminator d({.net = net,
                         .data = {.example = {8, 4}},
                         .channels = 2,
                         .discriminator_hidden = {6, 5},
                         .activation = silu,
                         .pac = pac,
                         .dtype = DType::f64},
                        rng);
  const Tensor x = rand({4, 32}, rng, DType::f64) * 2.0 - 1.0;
  const auto value = [&] {
    const Tape tape;
    const Tensor at = x.clone().requires_grad_();
    return penalty(at, d.judge(at, {})).item();
  };
  double worst = relative(value(), penalty_by_differences(d, x, of_slope));
  for (const NamedTensor& parameter : d.named_parameters()) {
    Tensor weight = parameter.tensor;
    const Tensor was = weight.clone().detach(), direction = randn(weight.shape(), rng, DType::f64);
    double along = 0;
    {
      const Tape tape;
      const Tensor at = x.clone().requires_grad_();
      along = sum(grad(penalty(at, d.judge(at, {})), weight).detach() * direction).item();
    }
    const auto moved = [&](double step) {
      for (int64_t i = 0; i < weight.size(); ++i)
        weight.mutable_data<double>()[i] = was.data<double>()[i] + step * direction.data<double>()[i];
      return value();
    };
    const double above = moved(kStep), below = moved(-kStep);
    moved(0);
    worst = std::max(worst, relative(along, (above - below) / (2 * kStep)));
  }
  return worst;
}

TrainedCritic critic_on_line(LogitsFn loss, SlopeFn penalty, double shift, double weight, int64_t steps,
                             uint64_t seed) {
  constexpr int64_t kDraws = 256, kJudged = 20000;
  Rng rng(seed, "ledger/critic");
  const Discriminator critic({.data = {.example = {1}}, .discriminator_hidden = {32, 32}, .activation = silu},
                             rng);
  Learner learner(critic, {.optimizer = adam({.beta1 = 0.5, .beta2 = 0.9}), .ema = 0.99});
  const auto draws = [&](int64_t n, double at) { return randn({n, 1}, rng) + at; };
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor real = draws(kDraws, shift), fake = draws(kDraws, 0);
    const Tape tape;
    const Tensor between = points_between(real, fake, 1, rng);
    learner.step(
        loss(critic.forward(real), critic.forward(fake)) + penalty(between, critic.forward(between)) * weight,
        5e-3 * decay(Decay::cosine, step, steps));
  }
  const auto averaged = learner.averaged();
  TrainedCritic out{};
  {
    const Tape tape;
    const Tensor between = points_between(draws(kJudged, shift), draws(kJudged, 0), 1, rng);
    out.slope = mean(grad(sum(critic.forward(between)), between)).item();
  }
  const NoGrad quiet;
  out.gap =
      mean(critic.forward(on_quantiles(shift, kJudged)) - critic.forward(on_quantiles(0, kJudged))).item();
  return out;
}

double least_squares_error(LogitsFn discriminator, FunctionRef<Tensor(const Tensor& scores)> generator,
                           const TwoBumps& p, const TwoBumps& q) {
  constexpr int64_t kQuantiles = 250000, kCells = 4000;
  // (p - q)/(p + q) = tanh of half of log p - log q.
  const auto best = [&](const Tensor& x) { return tanh((p.log_prob(x) - q.log_prob(x)) * 0.5); };
  const Tensor real = best(p.quantiles(kQuantiles)), fake = best(q.quantiles(kQuantiles));
  const Grid grid({{-12}, {12}}, kCells);
  const auto integrand = [&](const Tensor& x) {
    const Tensor of_p = exp(p.log_prob(x)), of_q = exp(q.log_prob(x));
    return square(of_p - of_q) / (of_p + of_q + 1e-300);
  };
  const double chi2 = sum(on_grid(grid, integrand)).item() * grid.volume;
  return std::max(std::abs(2 * (generator(real) + generator(fake)).item() - chi2),
                  2 * std::abs(discriminator(real, fake).item() - (1 - chi2 / 2)));
}

}  // namespace gradzoo
