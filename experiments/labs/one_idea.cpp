#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/modes.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

struct OneIdeaLab : Lab {
  int64_t steps = 6000;
  int64_t samples = 2500;
  int64_t walk_steps = 50;
  double width = 0.1;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "number of training steps", {1, 100000});
    options.add("samples", samples, "number of samples per solver", {10, 100000});
    options.add("walk_steps", walk_steps, "number of steps per solver, from noise to data", {1, 1000});
    options.add("width", width, "standard deviation of a mode of the ring", {0.01, 0.5});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr int64_t kPathBatch = 512, kPoints = 4000;

std::unique_ptr<TimeNetwork> trained(const Toy& toy, const NoisePath& path, int64_t steps,
                                     const LabContext& context) {
  Rng init(context.seed, "lab/one-idea/init"), rng(context.seed, "lab/one-idea/train");
  const DataShape points{.example = {2}};
  auto network =
      std::make_unique<TimeNetwork>(TimeNetworkOptions{.hidden = {128, 128, 128}}, points, 0, init);
  // E|eps(x_t, t) - eps|^2 at all t (Ho et al. 2020, eq. 14).
  fit(*network, {.steps = steps, .lr = 2e-3}, context, "noise in x_t", [&](int64_t) {
    const Tensor data = toy.sample(kPathBatch, rng), eps = randn_like(data, rng);
    const Tensor t = stratified_times(kPathBatch, rng);
    const Tensor x = points_on(path, eps, data, t).x;
    return mean(square(network->predict(x, t, {}) - eps));
  });
  return network;
}

/// The four readings of x_t (B, 2) in f64.
struct FourReadings {
  std::array<Tensor, 4> values;  // noise, denoised, score, velocity
};
constexpr std::array<const char*, 4> kPredictions = {"noise", "denoised", "score", "velocity"};

FourReadings four_of(const Prediction& prediction, const Mixing& at) {
  return {{prediction.noise, prediction.denoised, score_of(prediction, at), velocity_of(prediction, at)}};
}

// Each of the four alone gives all of them back: the largest difference.
double round_trip(const FourReadings& four, const Tensor& x, const Mixing& at) {
  const Prediction back[] = {
      prediction_from_noise(four.values[0], x, at), prediction_from_denoised(four.values[1], x, at),
      prediction_from_score(four.values[2], x, at), prediction_from_velocity(four.values[3], x, at)};
  double worst = 0;
  for (const Prediction& prediction : back) {
    const FourReadings again = four_of(prediction, at);
    for (size_t i = 0; i < four.values.size(); ++i)
      worst = std::max(worst, max(abs(again.values[i] - four.values[i])).item());
  }
  return worst;
}

double rms(const Tensor& x) { return std::sqrt(mean(square(x)).item()); }

/// The law of x_t, a mixture of modes a m_k of variance a^2 s^2 + b^2.
std::shared_ptr<const Toy> noisy(const Modes& modes, const Mixing& at) {
  const auto k = static_cast<size_t>(modes.centers.dim(0));
  const double width = std::hypot(at.data * modes.sigma, at.noise);
  return make_mixture({std::vector<double>(k, 1), modes.centers * at.data, std::vector<double>(k, width)});
}

LabResult OneIdeaLab::run(const LabContext& context) const {
  const std::shared_ptr<const Toy> toy = make_toy("ring8", {.noise = width});
  const NoisePath path = cosine_path();
  const std::unique_ptr<TimeNetwork> network = trained(*toy, path, steps, context);
  const NoGrad quiet;
  const auto predict = [&](const Tensor& x, double t) {
    return prediction_from_noise(network->predict(x, full({x.dim(0)}, t), {}), x, path(t));
  };

  LabTable readings{
      "time t",
      {{"data in x_t", "factor a of the data; the factor of the noise is b, with a^2 + b^2 = 1"},
       {"error: noise", "root mean square error of E[eps | x_t]; the exact value is known for a mixture"},
       {"error: denoised",
        "error of E[x | x_t] = (x_t - b E[eps | x_t]) / a, which is b/a times the error of the noise"},
       {"error: score", "error of -E[eps | x_t] / b, which is 1/b times the error of the noise"},
       {"error: velocity",
        "error of a' E[x | x_t] + b' E[eps | x_t], which is |b' - a' b/a| times the error of the noise"},
       {"round trip", "largest difference if each prediction is converted into the other three, in f64"}}};
  Rng rng(context.seed, "lab/one-idea/points");
  double worst = 0;
  for (const double t : {0.1, 0.3, 0.5, 0.7, 0.9}) {
    const Mixing at = path(t);
    const Tensor x = noisy(*toy->modes(), at)->sample(kPoints, rng, DType::f64);
    const Tensor guess = cast(network->predict(cast(x, DType::f32), full({kPoints}, t), {}), DType::f64);
    const FourReadings learned = four_of(prediction_from_noise(guess, x, at), at),
                       exact = four_of(prediction_from_score(noisy(*toy->modes(), at)->score(x), x, at), at);
    std::vector<double> row = {at.data};
    for (size_t i = 0; i < kPredictions.size(); ++i) row.push_back(rms(learned.values[i] - exact.values[i]));
    row.push_back(round_trip(learned, x, at));
    worst = std::max(worst, row.back());
    readings.add(fmt::format("{}", t), std::move(row));
  }

  LabTable solvers{
      "solver",
      {{"evaluations", "network evaluations per sample"},
       {"modes", "number of modes, of eight, with at least 20 samples within 3 standard deviations"},
       {"near a mode",
        "fraction of the samples within 3 standard deviations of a mode; true draws have 0.989"},
       {"from Heun's", "root mean square distance to the ends of Heun's steps with the same noise"}}};
  const auto evaluations = static_cast<double>(walk_steps);
  struct Way {
    const char* name;
    PathStep step;
    double evaluations;
  };
  // Fewer steps at a level do not keep up with the fall of the noise, and points end too far apart.
  const LevelOptions levels{.repeats = 20, .step = 0.25};
  const Way ways[] = {
      {"probability flow, Heun", heun_step, 2 * evaluations},
      {"probability flow, Euler", euler_step, evaluations},
      {"DDIM", ddim_step, evaluations},
      {"ancestral", ancestral_step, evaluations},
      {"annealed Langevin", langevin_step, evaluations * static_cast<double>(levels.repeats)}};
  const Tensor start = randn({samples, 2}, rng) * path(0).noise;
  std::vector<Plane> planes;
  Tensor heun;
  for (const Way& way : ways) {
    context.progress(fmt::format("{}: walking", way.name));
    Rng noise(context.seed, "lab/one-idea/walk");
    const Tensor x = follow_path({path, predict, noise, levels}, way.step, start, walk_steps);
    if (!heun.defined()) heun = x;
    const ModeCoverage found = mode_coverage(x, *toy->modes());
    solvers.add(way.name, {way.evaluations, static_cast<double>(found.covered), found.high_quality,
                           std::sqrt(mean(sum(square(x - heun), 1)).item())});
    planes.push_back(samples_over_truth(*toy, x));
    planes.back().title = way.name;
  }

  LabResult out;
  out.pictures.push_back(planes_picture(
      "samples", "Samples over contours of the true density, all from the same noise and the same network.",
      planes));
  out.interpretation = fmt::format(
      "One network was trained only to predict the noise in x_t = a x + b eps. Simple arithmetic with x_t "
      "turns this prediction into a prediction of the clean data, the score and the velocity; conversions "
      "are exact up to {:.0e}. The four errors are one error in four units. Early, with little data in x_t, "
      "the prediction of the clean data has the largest error; late, with little noise, the score has the "
      "largest error. The network is a flow if it is used as a velocity (Heun, Euler), DDIM or ancestral "
      "sampling if it predicts noise and clean data, and annealed Langevin if it is used as a score. The "
      "first three solvers follow the same paths and end at the same points: the root mean square distance "
      "from Heun's ends is {:.2f} for Euler and {:.2f} for DDIM. The two solvers that draw new noise end at "
      "other points ({:.1f} apart), in the same modes.",
      worst, solvers.at("probability flow, Euler", "from Heun's"), solvers.at("DDIM", "from Heun's"),
      solvers.at("ancestral", "from Heun's"));
  out.exercise =
      "A loss of |score - true score|^2, uniform over t, and a loss of |noise - true noise|^2, uniform over "
      "t, train the same network. Which times does each weight most, and which factor turns one into the "
      "other?";
  out.tables = {std::move(readings), std::move(solvers)};
  return out;
}

}  // namespace

LabEntry one_idea_lab() {
  return lab_entry<OneIdeaLab>(3, "one-idea",
                               "one network, four predictions: noise, clean data, score, velocity",
                               "Vincent 2011; Ho et al. 2020; Song et al. 2021; Lipman et al. 2023");
}

}  // namespace gradzoo
