#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/annealed.h"
#include "gradzoo/samplers/kinds/langevin.h"

namespace gradzoo {
namespace {

struct NoiseLevelsLab : Lab {
  int64_t steps = 4000;
  int64_t chains = 2000;
  int64_t walk_steps = 1000;
  double sigma = 0.1;
  double sigma_begin = 4;
  int64_t levels = 10;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "training steps per network", {1, 100000});
    options.add("chains", chains, "number of chains per method", {1, 100000});
    options.add("walk_steps", walk_steps, "Langevin steps per chain, over all levels", {10, 100000});
    options.add("sigma", sigma, "standard deviation of the smallest noise", {0.01, 2});
    options.add("sigma_begin", sigma_begin, "standard deviation of the largest noise", {0.1, 50});
    options.add("levels", levels, "number of noise levels of the annealing", {2, 1000});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr double kRadius = 4, kModeWidth = 0.3;  // of the ring; of a mode
constexpr int64_t kModes = 8, kLevelBatch = 256;
constexpr double kStep = 0.1;  // of a Langevin step, in variances of what it walks on

// Mode k has the weight k/36.
MixtureParts ring() {
  MixtureParts parts{{}, empty({kModes, 2}, DType::f64), std::vector<double>(kModes, kModeWidth)};
  for (int64_t k = 0; k < kModes; ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / kModes;
    parts.weights.push_back(static_cast<double>(k + 1) / 36);
    parts.means.mutable_data<double>()[2 * k] = kRadius * std::cos(angle);
    parts.means.mutable_data<double>()[2 * k + 1] = kRadius * std::sin(angle);
  }
  return parts;
}

/// Score of the noisy data, s = -eps(x, sigma) / sigma. eps is bounded, so chains far from data do not
/// diverge.
class LevelNet : public Module {
 public:
  explicit LevelNet(Rng& rng) : mlp_({3, 128, 128, 2}, rng, {.activation = "silu"}) {
    register_module("mlp", mlp_);
  }
  // x (B, 2), sigma (B, 1) -> (B, 2)
  Tensor noise(const Tensor& x, const Tensor& sigma) const {
    const Tensor width = sqrt(square(sigma) + kRadius * kRadius / 2);  // of x on an axis
    return tanh(mlp_.forward(concat({x / width, log(sigma)}, 1)) * 0.25) * 4.0;
  }
  Tensor score(const Tensor& x, double sigma) const {
    const NoGrad quiet;
    return noise(x, full({x.dim(0), 1}, sigma)) / -sigma;
  }

 private:
  Mlp mlp_;
};

// E|eps(x + sigma eps', sigma) - eps'|^2 / 2, denoising score matching times sigma^2, uniform in log sigma.
void train_levels(LevelNet& net, double first, double last, const Toy& toy, int64_t steps,
                  const LabContext& context) {
  Rng rng(context.seed, "lab/noise-levels/train");
  fit(net, {.steps = steps, .lr = 3e-3}, context, fmt::format("levels {} to {}", first, last), [&](int64_t) {
    const Tensor x = toy.sample(kLevelBatch, rng), eps = randn_like(x, rng), u = rand({kLevelBatch, 1}, rng);
    const Tensor sigma = exp(u * std::log(last / first) + std::log(first));
    return mean(sum(square(net.noise(x + sigma * eps, sigma) - eps), 1)) * 0.5;
  });
}

struct Way {
  std::string name;
  Target target;
  std::unique_ptr<Sampler> sampler;
};

Way of_one_level(std::string name, std::function<Tensor(const Tensor&)> score, double noise) {
  const double step = kStep * (kModeWidth * kModeWidth + noise * noise);
  return {std::move(name),
          {.score = std::move(score)},
          std::make_unique<UnadjustedLangevin>(UnadjustedLangevinOptions{.step = step})};
}

Way annealed(std::string name, const LevelNet& net, const NoiseLevelsLab& lab) {
  const AnnealedOptions options{.step = kStep * lab.sigma * lab.sigma,
                                .convention = StepConvention::full,
                                .sigma_begin = lab.sigma_begin,
                                .sigma_end = lab.sigma,
                                .levels = lab.levels,
                                .level_steps = std::max<int64_t>(1, lab.walk_steps / lab.levels)};
  return {std::move(name),
          {.score = [&net, smallest = lab.sigma](const Tensor& x) { return net.score(x, smallest); },
           .noisy_score = [&](const Tensor& x, double sigma) { return net.score(x, sigma); }},
          std::make_unique<AnnealedLangevin>(options)};
}

LabResult NoiseLevelsLab::run(const LabContext& context) const {
  if (sigma >= sigma_begin)
    throw Error(
        "lab: sigma_begin={} is not above sigma={}. Hint: set sigma_begin larger; sigma is the smaller one",
        sigma_begin, sigma);
  const std::string one_small = fmt::format("one level, {}", sigma),
                    one_large = fmt::format("one level, {}", sigma_begin),
                    down = fmt::format("annealed, {} to {}", sigma_begin, sigma);
  const MixtureParts parts = ring();
  const std::shared_ptr<const Toy> toy = make_mixture(parts);
  Rng small_rng(context.seed, "lab/noise-levels/small"), large_rng(context.seed, "lab/noise-levels/large"),
      all_rng(context.seed, "lab/noise-levels/all");
  LevelNet small(small_rng), large(large_rng), all(all_rng);
  train_levels(small, sigma, sigma, *toy, steps, context);
  train_levels(large, sigma_begin, sigma_begin, *toy, steps, context);
  train_levels(all, sigma_begin, sigma, *toy, steps, context);
  std::vector<Way> ways;
  ways.push_back(of_one_level(
      "exact, no noise", [&](const Tensor& x) { return toy->score(x); }, 0));
  ways.push_back(of_one_level(
      one_small, [&](const Tensor& x) { return small.score(x, sigma); }, sigma));
  ways.push_back(of_one_level(
      one_large, [&](const Tensor& x) { return large.score(x, sigma_begin); }, sigma_begin));
  ways.push_back(annealed(down, all, *this));

  LabResult out;
  LabTable table{
      "chains on the score",
      {{"wrong share",
        "fraction of the samples that would have to move to give the modes their true weights: the total "
        "variation distance of the modes' shares"},
       {"near a mode",
        "fraction of the samples within 3 standard deviations of a mode's centre; true draws have 0.989"}}};
  std::vector<Plane> planes;
  LineChart chart{
      .title = "share of each mode", .x_label = "mode", .y_label = "share of the samples", .y_low = 0};
  std::vector<double> places;
  for (int64_t k = 1; k <= kModes; ++k) places.push_back(static_cast<double>(k));
  chart.series.push_back({"truth", places, parts.weights});
  for (const Way& way : ways) {
    context.progress(way.name + ": walking");
    Rng rng(context.seed, "lab/noise-levels/walk");
    const Tensor start = randn({chains, 2}, rng) * sigma_begin;
    const Tensor x = run_chains(way.target, start, *way.sampler, {.steps = walk_steps}, rng).x;
    const Nearest found = nearest_centres(x, parts.means);
    table.add(way.name,
              {total_variation(found.shares, parts.weights), share_within(found.distances, 3 * kModeWidth)});
    chart.series.push_back({way.name, places, found.shares});
    planes.push_back(samples_over_truth(*toy, x));
    planes.back().title = way.name;
  }
  out.pictures.push_back(
      planes_picture("samples",
                     "Ends of the chains, over contours of the true density. Its modes have the weights "
                     "1/36, 2/36, ..., 8/36, counted from the right, anticlockwise.",
                     planes));
  out.pictures.push_back({"shares", "Share of the samples at each mode.", draw_chart(chart)});
  out.interpretation = fmt::format(
      "All four methods sample the same eight modes with the same number of Langevin steps. Even with the "
      "exact score each chain ends at the mode near its start, so {:.0f} % of the chains are at a wrong "
      "mode: no step leads from mode to mode, and the score near a mode does not contain the mode's weight. "
      "A network trained at one small noise is not better ({:.0f} % wrong), since it had no training data "
      "between the modes. Large noise joins all modes, so chains move freely, but they sample the blurred "
      "density: only {:.0f} % of the samples lie near a mode. Annealing lowers the noise level by level. "
      "Chains reach the right mode while moves are easy, and then settle in it: {:.0f} % are wrong, and "
      "{:.0f} % lie near a mode.",
      100 * table.at("exact, no noise", "wrong share"), 100 * table.at(one_small, "wrong share"),
      100 * table.at(one_large, "near a mode"), 100 * table.at(down, "wrong share"),
      100 * table.at(down, "near a mode"));
  out.exercise =
      "Chains at level 4 sample the data with noise of 4. Would one denoising step x + sigma^2 s(x) correct "
      "them?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry noise_levels_lab() {
  return lab_entry<NoiseLevelsLab>(
      2, "noise-levels", "why Langevin dynamics on the score of one noise level fails, and annealing works",
      "Song & Ermon 2019");
}

}  // namespace gradzoo
