#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/storage.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/models/score/network.h"

namespace gradzoo {
namespace {

struct ScoreMatchingLab : Lab {
  int64_t steps = 1500;
  int64_t hidden = 64;
  int64_t half_way = 150;
  int64_t batches = 200;
  double sigma = 0.05;
  double left = 0.8;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "training steps per objective", {1, 100000});
    options.add("hidden", hidden, "units per hidden layer (two layers)", {1, 4096});
    options.add("half_way", half_way, "training steps of the energy on which gradient noise is measured",
                {1, 100000});
    options.add("batches", batches, "number of batches that measure gradient noise", {2, 10000});
    options.add("sigma", sigma, "standard deviation of dsm's noise", {0.001, 10});
    options.add("left", left, "weight of the left mode of two modes far apart", {0.01, 0.99});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr int64_t kScoreBatch = 256;
constexpr double kFdEps = 0.03;                 // of fd-ssm's steps
constexpr double kApart = 4, kPairWidth = 0.5;  // two modes at -4 and 4

struct Task {
  std::shared_ptr<const Toy> toy;
  ScoreShape shape;
};

std::shared_ptr<const Toy> two_modes(double left) {
  return make_mixture(
      {{left, 1 - left}, tensor({-kApart, kApart}, {2, 1}, DType::f64), {kPairWidth, kPairWidth}},
      "two modes");
}

ScoreTask task_of(ScoreObjective objective, double sigma) {
  return {.objective = objective, .sigma = sigma, .fd_eps = kFdEps};
}

// dsm's objective comes times sigma^2.
double scale_of(const ScoreTask& task) {
  return task.objective == ScoreObjective::dsm ? task.sigma * task.sigma : 1;
}

Tensor loss_of(const ScoreNetwork& network, const Toy& toy, const ScoreTask& task, Rng& rng) {
  const Tensor x = toy.sample(kScoreBatch, rng);
  return mean(score_task_objective(network.function(), x, &toy, task, rng));
}

/// What a step costs and how far the trained energy is from the truth.
struct Outcome {
  double fisher, kl, ms, mb;
};

Outcome train_energy(ScoreNetwork& network, const Toy& toy, const ScoreTask& task, int64_t steps,
                     const LabContext& context) {
  Rng rng(context.seed, "lab/score-matching/train");
  const auto before = static_cast<double>(pool_stats().live_bytes);
  reset_pool_peak();
  const std::string what = fmt::format("{}, {}", toy.name(), name_of(kScoreObjectives, task.objective));
  const double seconds = fit(network, {.steps = steps, .lr = 5e-3}, context, what,
                             [&](int64_t) { return loss_of(network, toy, task, rng); });
  const double peak = static_cast<double>(pool_stats().peak_bytes);
  const NoGrad quiet;
  const auto f = [&](const Tensor& x) { return network(x); };
  const auto s = [&](const Tensor& x) { return network.score(x); };
  const Grid grid(toy.box(), 200);
  const Tensor log_p = on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  const Tensor truth = on_grid(grid, [&](const Tensor& x) { return toy.score(x); });
  return {fisher_divergence_on_grid(grid, log_p, truth, on_grid(grid, s, DType::f32)),
          kl_on_grid(grid, log_p, on_grid(grid, f, DType::f32)), 1000 * seconds / static_cast<double>(steps),
          (peak - before) / 1e6};
}

// Two modes with equal weights, compared with the truth: left share, KL, Fisher divergence.
std::vector<double> equal_weights(const Toy& truth, const Grid& grid) {
  const std::shared_ptr<const Toy> equal = two_modes(0.5);
  const auto log_density = [&](const Toy& toy) {
    return on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  };
  const auto score = [&](const Toy& toy) {
    return on_grid(grid, [&](const Tensor& x) { return toy.score(x); });
  };
  const Tensor log_p = log_density(truth);
  return {0.5, kl_on_grid(grid, log_p, log_density(*equal)),
          fisher_divergence_on_grid(grid, log_p, score(truth), score(*equal))};
}

/// Mean and total variance of the gradient of one batch's loss, in all parameters.
struct GradientNoise {
  double norm, deviation;
};
GradientNoise gradient_noise(const ScoreNetwork& network, const Toy& toy, const ScoreTask& task,
                             int64_t batches, uint64_t seed) {
  std::vector<Tensor> parameters;
  for (const NamedTensor& named : network.named_parameters()) parameters.push_back(named.tensor);
  std::vector<double> total, squares;
  Rng rng(seed, "lab/score-matching/noise");
  for (int64_t i = 0; i < batches; ++i) {
    const Tape tape;
    std::vector<double> all;
    for (const Tensor& part : grad(loss_of(network, toy, task, rng), parameters)) {
      const std::vector<double> entries = part.to_vector();
      all.insert(all.end(), entries.begin(), entries.end());
    }
    total.resize(all.size());
    squares.resize(all.size());
    for (size_t k = 0; k < all.size(); ++k) {
      total[k] += all[k];
      squares[k] += all[k] * all[k];
    }
  }
  const auto n = static_cast<double>(batches);
  double norm = 0, variance = 0;
  for (size_t k = 0; k < total.size(); ++k) {
    const double centre = total[k] / n;
    norm += centre * centre;
    variance += (squares[k] / n - centre * centre) * n / (n - 1);
  }
  const double scale = scale_of(task);
  return {std::sqrt(norm) / scale, std::sqrt(variance) / scale};
}

ScoreNetwork make_network(const ScoreShape& shape, uint64_t seed) {
  Rng rng(seed, "lab/score-matching/init");
  return {shape, rng};
}

// The density of an unnormalised one, normalised by quadrature.
Plane density_plane(const Toy& toy, TensorFn log_density, std::string title) {
  const Picture both = density_picture("", "", toy, log_density);
  Plane plane = std::get<Planes>(both.content).planes[1];
  plane.title = std::move(title);
  return plane;
}

/// exp f / Z on the points of a line.
Series line_density(const Grid& grid, TensorFn f, std::string name, DType dtype = DType::f32) {
  const Tensor log_values = on_grid(grid, f, dtype);
  return {.name = std::move(name),
          .x = grid.points(0, grid.count()).to_vector(),
          .y = exp(log_values - log_partition(grid, log_values)).to_vector()};
}

// The fraction of a density on a line below 0.
double share_left(const Series& density, double cell) {
  double share = 0;
  for (size_t i = 0; i < density.x.size(); ++i)
    if (density.x[i] < 0) share += density.y[i] * cell;
  return share;
}

LabResult ScoreMatchingLab::run(const LabContext& context) const {
  const Task ring{make_toy("ring8", {.noise = 0.2}), {.hidden = {hidden, hidden}, .input_scale = 3}};
  const Task pair{two_modes(left), {.inputs = 1, .hidden = {hidden, hidden}, .confinement = 2 * kApart}};
  LabTable fits{
      "objective",
      {{"Fisher divergence", "1/2 E|s - s_true|^2 on the ring of eight modes; all objectives minimise it"},
       {"KL, nats", "KL(true density || exp f / Z), with Z by quadrature"},
       {"ms per step", "time of a training step with a batch of 256, milliseconds"},
       {"MB per step", "memory of a training step, mostly the tape, megabytes"},
       {"gradient noise",
        "standard deviation of one batch's gradient divided by the norm of the mean gradient, on one "
        "half-trained energy for all objectives"}}};
  LabTable blind{
      "objective, two modes",
      {{"left share",
        fmt::format("fraction of the learned density at the left mode; the true density has {:g}", left)},
       {"KL, nats", "KL(truth || exp f / Z)"},
       {"Fisher divergence", "1/2 E|s - s_truth|^2"}}};

  // One energy for all gradients.
  ScoreNetwork common = make_network(ring.shape, context.seed);
  const ScoreTask by_truth = task_of(ScoreObjective::esm, sigma);
  train_energy(common, *ring.toy, by_truth, half_way, context);
  const double length = gradient_noise(common, *ring.toy, by_truth, batches, context.seed).norm;

  const Grid line(pair.toy->box(), 800);
  const double cell = line.volume;
  std::vector<Plane> planes = {density_plane(
      *ring.toy, [&](const Tensor& x) { return ring.toy->log_prob(x); }, "truth")};
  std::vector<Series> densities = {line_density(
      line, [&](const Tensor& x) { return pair.toy->log_prob(x); }, "truth", DType::f64)};
  blind.add("truth, weights .5", equal_weights(*pair.toy, line));
  for (const auto& [name, objective] : kScoreObjectives) {
    const ScoreTask task = task_of(objective, sigma);
    ScoreNetwork energy = make_network(ring.shape, context.seed);
    const Outcome fitted = train_energy(energy, *ring.toy, task, steps, context);
    const GradientNoise noise = gradient_noise(common, *ring.toy, task, batches, context.seed);
    fits.add(std::string(name), {fitted.fisher, fitted.kl, fitted.ms, fitted.mb, noise.deviation / length});
    planes.push_back(density_plane(
        *ring.toy, [&](const Tensor& x) { return energy(x); }, std::string(name)));

    ScoreNetwork apart = make_network(pair.shape, context.seed);
    const Outcome seen = train_energy(apart, *pair.toy, task, steps, context);
    const NoGrad quiet;
    densities.push_back(line_density(
        line, [&](const Tensor& x) { return apart(x); }, std::string(name)));
    blind.add(std::string(name), {share_left(densities.back(), cell), seen.kl, seen.fisher});
  }
  LabResult out;
  out.pictures.push_back(planes_picture(
      "densities", "The true density, and the densities exp f / Z that the objectives learned.", planes));
  out.pictures.push_back(
      {"two_modes",
       fmt::format(
           "Two modes far apart with weights {:g} and {:g}, and the density that each objective learned.",
           left, 1 - left),
       draw_chart(
           LineChart{.title = "two modes", .x_label = "x", .y_label = "density", .series = densities})});
  double least = 1, most = 0;  // learned shares, which stand below the truth's row
  for (size_t i = 1; i < blind.rows.size(); ++i) {
    least = std::min(least, blind.rows[i].values[0]);
    most = std::max(most, blind.rows[i].values[0]);
  }
  out.interpretation = fmt::format(
      "All seven objectives minimise the same Fisher divergence and end near the same density; they differ "
      "in the noise of their gradients. Explicit score matching (esm), which uses the true score, has the "
      "least noise and so comes closest to the true density (KL {:.1e} nats). For the other objectives, on "
      "the same energy, the standard deviation of a batch's gradient is {:.0f} to {:.0f} times the norm of "
      "the mean gradient; for esm the factor is {:.1f}. ism-hutchinson and ssm-vr are the same estimator and "
      "agree in every number. The random slices of ssm and fd-ssm vary more, and fd-ssm needs no second "
      "derivative. No objective sees the weights of two modes far apart: equal weights instead of {:g} and "
      "{:g} have a Fisher divergence of {:.0e} and a KL of {:.2f} nats. The learned shares of the left mode, "
      "{:.2f} to {:.2f}, depend on how the network interpolates in the gap.",
      fits.at("esm", "KL, nats"), fits.at("ism", "gradient noise"), fits.at("fd-ssm", "gradient noise"),
      fits.at("esm", "gradient noise"), left, 1 - left, blind.at("truth, weights .5", "Fisher divergence"),
      blind.at("truth, weights .5", "KL, nats"), least, most);
  out.exercise =
      "Raise dsm's noise from 0.05 to 4. Will its learned share of the left mode be right? And what is then "
      "wrong?";
  out.tables = {std::move(fits), std::move(blind)};
  return out;
}

}  // namespace

LabEntry score_matching_lab() {
  return lab_entry<ScoreMatchingLab>(
      3, "score-matching",
      "one energy trained with every objective of score matching, and what no objective sees",
      "Hyvarinen 2005; Vincent 2011; Song et al. 2019; Pang et al. 2020");
}

}  // namespace gradzoo
