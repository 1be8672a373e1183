#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/game.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/schedule.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr double kStep = 1e-5;
constexpr TwoBumps kBumps{1.2, 0.6}, kBell{0, 1.5};

/// A penalty from points (leaves of the tape) and their scores, as gradient_penalty().
using SlopeFn = Tensor (*)(const Tensor& x, const Tensor& scores);

double relative(double found, double expected) {
  return std::abs(found - expected) / std::max(1e-3, std::abs(expected));
}

// Returns the mean over packs of `of_slope` of the squared slope, from central differences of the score.
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

/// Returns the larger relative error of `penalty` and of its gradient in the weights along a random
/// direction, against central differences, for a small smooth critic in f64 of packs of `pac` examples.
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
  const auto read = [&](FunctionRef<Tensor(const Tensor& penalised)> number) {
    const Tape tape;
    const Tensor at = x.clone().requires_grad_();
    return number(penalty(at, d.judge(at, {}))).item();
  };
  const auto value = [&] { return read([](const Tensor& penalised) { return penalised; }); };
  double worst = relative(value(), penalty_by_differences(d, x, of_slope));
  for (Tensor weight : d.parameters()) {
    const Tensor was = weight.clone().detach(), direction = randn(weight.shape(), rng, DType::f64);
    const double along =
        read([&](const Tensor& penalised) { return sum(grad(penalised, weight).detach() * direction); });
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

double from_one(double squared) { return (std::sqrt(squared) - 1) * (std::sqrt(squared) - 1); }

double half(double squared) { return squared / 2; }

/// The gradient penalty of the Wasserstein GAN, and R1.
struct Penalties {
  SlopeFn norm = gradient_penalty, r1 = r1_penalty;
};

RowResult slope_penalties(const Penalties& penalties, const RowContext& context) {
  double worst = 0;
  for (const GanNet net : {GanNet::mlp, GanNet::dcgan}) {
    for (const int64_t pac : {1, 2}) {
      worst = std::max({worst, penalty_error(net, pac, penalties.norm, from_one, context.seed),
                        penalty_error(net, pac, penalties.r1, half, context.seed)});
    }
  }
  return {worst, AtMost{1e-6},
          "f64, both penalties, perceptrons and convolutions with SiLU, 4 examples of 8x4 pixels, singly and "
          "in pairs; value: largest relative error of the penalties, and of their gradients in all weights "
          "and biases along a random direction, against central differences"};
}

/// Settings of the critic of two Gaussians.
struct CriticTraining {
  LogitsFn loss = wasserstein.discriminator;
  SlopeFn penalty = gradient_penalty;
  double weight = 100;
};

/// A critic trained on N(m, 1) and N(0, 1), which have the distance W1 = m. With the optimal critic the mean
/// slope is 1 + m / (2 weight), and the gap E s(x) - E s(G(z)), over quantiles, is W1.
RowResult wgan_lipschitz(const CriticTraining& how, const RowContext& context) {
  constexpr int64_t kDraws = 256, kJudged = 20000;
  constexpr double kShift = 2, kWeight = 100;
  const int64_t steps = context.count(1500, 400);
  Rng rng(context.seed, "ledger/critic");
  const Discriminator critic({.data = {.example = {1}}, .discriminator_hidden = {32, 32}, .activation = silu},
                             rng);
  Learner learner(critic, {.optimizer = adam({.beta1 = 0.5, .beta2 = 0.9}), .ema = 0.99});
  const auto draws = [&](int64_t n, double at) { return randn({n, 1}, rng) + at; };
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor real = draws(kDraws, kShift), fake = draws(kDraws, 0);
    const Tape tape;
    const Tensor between = points_between(real, fake, 1, rng);
    learner.step(how.loss(critic.forward(real), critic.forward(fake)) +
                     how.penalty(between, critic.forward(between)) * how.weight,
                 5e-3 * decay(Decay::cosine, step, steps));
  }
  const auto averaged = learner.averaged();
  double slope = 0;
  {
    const Tape tape;
    const Tensor fake = draws(kJudged, 0), real = draws(kJudged, kShift);
    const Tensor between = points_between(real, fake, 1, rng);
    slope = mean(grad(sum(critic.forward(between)), between)).item();
  }
  const NoGrad quiet;
  const double gap =
      mean(critic.forward(on_quantiles(kShift, kJudged)) - critic.forward(on_quantiles(0, kJudged))).item();
  const double expected = 1 + kShift / (2 * kWeight);
  return {
      std::max(std::abs(slope - expected) / 0.01, std::abs(gap / kShift - 1) / 0.04), AtMost{1},
      fmt::format(
          "N(2, 1) against N(0, 1), critic 1-32-32-1 with SiLU, {} steps of 256 + 256 new draws, lambda {}: "
          "mean slope {:.4f} (optimum {}, allowed error 0.01); critic's estimate {:.4f} of W1 = 2 (allowed "
          "error 4 %, of which the penalty causes about 1 %); value: the larger share of what is allowed",
          steps, kWeight, slope, expected, gap)};
}

/// The two losses of the least-squares GAN.
struct LeastSquares {
  LogitsFn discriminator = least_squares.discriminator;
  Tensor (*generator)(const Tensor& scores) = least_squares.generator;
};

/// Returns the larger of |E_p s^2 + E_q s^2 - chi^2| and twice |loss of D - (1 - chi^2 / 2)| for the optimal
/// critic s* = (p - q)/(p + q) at quantiles. chi^2, the integral of (p - q)^2 / (p + q), is from quadrature.
RowResult lsgan_chi2(const LeastSquares& losses, const RowContext&) {
  constexpr int64_t kQuantiles = 250000, kCells = 4000;
  // (p - q)/(p + q) = tanh of half of log p - log q.
  const auto best = [](const Tensor& x) { return tanh((kBumps.log_prob(x) - kBell.log_prob(x)) * 0.5); };
  const Tensor real = best(kBumps.quantiles(kQuantiles)), fake = best(kBell.quantiles(kQuantiles));
  const Grid grid({{-12}, {12}}, kCells);
  const auto integrand = [](const Tensor& x) {
    const Tensor of_p = exp(kBumps.log_prob(x)), of_q = exp(kBell.log_prob(x));
    return square(of_p - of_q) / (of_p + of_q + 1e-300);
  };
  const double chi2 = sum(on_grid(grid, integrand)).item() * grid.volume;
  return {std::max(std::abs(2 * (losses.generator(real) + losses.generator(fake)).item() - chi2),
                   2 * std::abs(losses.discriminator(real, fake).item() - (1 - chi2 / 2))),
          AtMost{1e-5},
          "f64, p an equal mixture of N(±1.2, 0.6^2), q = N(0, 1.5^2), both losses over 250,000 quantiles "
          "per component, chi-squared on a grid of 4,000 cells; value: the larger error"};
}

Tensor squared_slopes(const Tensor& x, const Tensor& scores, bool recorded) {
  return sum(square(grad(sum(scores), x, {.create_graph = recorded, .retain_graph = true})), 1);
}

}  // namespace

Rows gan_critic_rows() {
  return {
      identity(
          {"gan.gradient_penalty",
           "the penalties on the discriminator's slope, and their gradients, equal finite differences",
           "Gulrajani et al. 2017, eq. 3; Mescheder et al. 2018, eq. 9", 1},
          slope_penalties, {},
          {{"slopes that are not recorded on the tape",
            {.r1 =
                 [](auto& x, auto& scores) {
                   return mean(squared_slopes(x, scores, false)) * 0.5 + sum(scores) * 0.0;
                 }}},
           {"a penalty without a gradient",
            {.r1 = [](auto& x, auto& scores) { return r1_penalty(x, scores).detach() + sum(scores) * 0.0; }}},
           {"a norm per example instead of per pack",
            {.norm = [](auto& x,
                        auto& scores) { return mean(square(sqrt(squared_slopes(x, scores, true)) - 1.0)); }}},
           {"the square of the norm instead of the norm",
            {.norm = [](auto& x,
                        auto& scores) { return mean(square(squared_slopes(x, scores, true) - 1.0)); }}}}),
      identity({"gan.wgan_lipschitz",
                "for N(m,1) and N(0,1) the Wasserstein critic's slope tends to 1, and its estimate to W1 = m",
                "Gulrajani et al. 2017, proposition 1", 5},
               wgan_lipschitz, {},
               {{"a penalty on half of the slope",
                 {.penalty = [](auto& x, auto& scores) { return gradient_penalty(x, scores * 0.5); }}},
                {"10 % of the penalty's weight", {.weight = 10}},
                {"real and generated samples swapped",
                 {.loss = [](auto& real, auto& fake) { return wasserstein.discriminator(fake, real); }}}}),
      identity({"gan.lsgan_chi2",
                "at the optimal critic s of the least-squares GAN, E_p[s^2] + E_q[s^2] is Pearson's "
                "chi-squared between p + q and 2 q",
                "Mao et al. 2017, theorem 1", 1},
               lsgan_chi2, {},
               {{"labels of 0 and 1",
                 {.discriminator =
                      [](auto& real, auto& fake) {
                        return (mean(square(real - 1.0)) + mean(square(fake))) * 0.5;
                      }}},
                {"the generator's term left out",
                 {.generator = [](auto& scores) { return mean(square(scores)); }}},
                {"the minimax loss instead", {.discriminator = minimax.discriminator}}})};
}

}  // namespace gradzoo
