#include "gradzoo/samplers/kinds/langevin.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/random_walk.h"

namespace gradzoo {
namespace {

struct LangevinLab : Lab {
  double step = 0.02;
  double noise = 1;
  int64_t walk_steps = 500;
  double largest_step = 1.6;
  std::vector<int64_t> dimensions = {1, 4, 16, 64, 256};
  int64_t chains = 4000;

  void describe(OptionTable& options) override {
    options.add("step", step, "step e of the paths in the plane", {1e-4, 0.5});
    options.add("noise", noise, "factor of the noise of the paths with noise", {0.01, 10});
    options.add("walk_steps", walk_steps, "number of steps of each path", {10, 10000});
    options.add("largest_step", largest_step,
                "largest step e of the chains on N(0, 1); each further step is half of the step before",
                {0.02, 1.9});
    options.add("dimensions", dimensions, "dimensions of the Gaussians on which mixing is compared",
                {1, 1024});
    options.add("chains", chains, "number of chains that measure paths and stationary distributions",
                {10, 100000});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr int64_t kPaths = 4;  // that are drawn

// N(0, I), of any dimension, up to its constant.
Target standard_normal() {
  return {.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; },
          .score = [](const Tensor& x) { return -x; }};
}

/// Chains in the plane: where they ended, and the ways of the first.
struct Paths {
  Tensor ends;  // (chains, 2)
  Tensor ways;  // (kPaths, walk_steps + 1, 2)
};

Paths walk_in_plane(const Toy& toy, const LangevinLab& lab, double noise, uint64_t seed) {
  Rng rng(seed, "lab/langevin/paths");
  const Box box = visible_box(toy);
  const Tensor start = box.centre() + (rand({lab.chains, 2}, rng) - 0.5) * box.sides();
  const Target target{.log_prob = [&](const Tensor& x) { return toy.log_prob(x); }};
  UnadjustedLangevin sampler({.step = lab.step, .noise = noise});
  sampler.begin(target, start);
  std::vector<Tensor> places = {slice(start, 0, 0, kPaths)};
  for (int64_t i = 0; i < lab.walk_steps; ++i) {
    sampler.step(target, rng);
    places.push_back(slice(sampler.x(), 0, 0, kPaths));
  }
  return {sampler.x(), stack(places, 1)};
}

// The highest log-density that a picture of it finds.
double highest_log_prob(const Toy& toy) {
  const Grid grid(visible_box(toy), kDensityCells);
  return max(on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); })).item();
}

double mean_log_prob(const Toy& toy, const Tensor& x) {
  return mean(cast(toy.log_prob(x), DType::f64)).item();
}

// The largest difference between the share of draws below a and P(x < a) of N(0, 1): Kolmogorov's distance.
double distance_to_normal(std::vector<double> draws) {
  std::ranges::sort(draws);
  const auto n = static_cast<double>(draws.size());
  double largest = 0;
  for (size_t i = 0; i < draws.size(); ++i) {
    const double below = std::erfc(-draws[i] / std::numbers::sqrt2) / 2, before = static_cast<double>(i) / n;
    largest = std::max({largest, below - before, before + 1 / n - below});
  }
  return largest;
}

struct Settled {
  double variance, distance, acceptance;
};

// Chains begin in N(0, 1), and their variance converges as (1 - e)^(2 steps).
Settled settle(Sampler&& sampler, int64_t chains, uint64_t seed) {
  constexpr int64_t kWarmup = 100, kLooks = 40, kBetween = 10;
  Rng rng(seed, "lab/langevin/law");
  const Target target = standard_normal();
  sampler.begin(target, randn({chains, 1}, rng));
  for (int64_t i = 0; i < kWarmup; ++i) sampler.step(target, rng);
  std::vector<double> draws;
  double moved = 0, squares = 0;
  for (int64_t look = 0; look < kLooks; ++look) {
    for (int64_t i = 0; i < kBetween; ++i) {
      sampler.step(target, rng);
      moved += sampler.moved() / (kLooks * kBetween);
    }
    for (const double x : sampler.x().to_vector()) {
      draws.push_back(x);
      squares += x * x;
    }
  }
  return {squares / static_cast<double>(draws.size()), distance_to_normal(std::move(draws)), moved};
}

struct MixingRate {
  double draws;  // independent ones that an evaluation is worth, for the mean of x along any direction
  double acceptance;
};

// N(0, I) is rotation-invariant, so the mean of all coordinates, traced for d > 4, mixes like the first.
MixingRate mixing_rate(Sampler&& sampler, int64_t d, uint64_t seed) {
  constexpr int64_t kChains = 50, kSteps = 6000;
  Rng rng(seed, "lab/langevin/mixing");
  const ChainResult result =
      run_chains(standard_normal(), randn({kChains, d}, rng), sampler, {.steps = kSteps}, rng);
  const auto which = std::ranges::find_if(
      result.statistics, [](const std::string& name) { return name == "x0" || name == "mean"; });
  const double ess = result.ess[static_cast<size_t>(which - result.statistics.begin())];
  return {ess / static_cast<double>(kChains * result.evaluations), result.acceptance};
}

LabTable paths_table() {
  return {
      "paths on",
      {{"no noise", "mean log p at the ends of chains without noise, nats; they start all over the picture"},
       {"maximum", "maximum of log p"},
       {"noise", "mean log p at the ends of chains with noise"},
       {"draws", "mean log p of exact draws, which is minus the entropy"}}};
}

LabTable laws_table() {
  return {"step e",
          {{"ULA variance", "measured variance of ULA; the target, N(0, 1), has 1"},
           {"1/(1 - e/2)", "variance of ULA's stationary distribution, from x_next = (1 - e) x + sqrt(2e) z"},
           {"ULA distance",
            "largest error of P(x < a) over all a; it is 0 if the stationary distribution is right"},
           {"MALA variance", "measured"},
           {"MALA distance", "largest error of P(x < a) over all a, for MALA"},
           {"MALA acceptance", "fraction of accepted proposals"},
           {"its theory", "2/pi arctan((2/e)^(3/2))"}}};
}

LabTable mixing_table() {
  return {"dimension",
          {{"mh", "independent draws per evaluation of f, for a random walk with step 2.38/sqrt(d)"},
           {"mh acceptance", "fraction of accepted proposals; it tends to 0.234"},
           {"ULA",
            "independent draws per evaluation of grad f, e = 0.4/sqrt(d); the KL of its stationary "
            "distribution to N(0, I) stays at about 0.01 nats"},
           {"MALA", "independent draws per evaluation of f and grad f, e = 1.36/d^(1/3)"},
           {"MALA acceptance", "fraction of accepted proposals; it tends to 0.574"}}};
}

LabPicture draw_laws(const LabTable& table, const std::vector<double>& steps) {
  LineChart chart{.title = "variance of chains on N(0, 1)",
                  .x_label = "step e",
                  .y_label = "variance of the stationary distribution",
                  .levels = {{"N(0, 1)", 1}},
                  .log_x = true,
                  .y_low = 0};
  Series ula{.name = "ULA", .x = steps, .joined = false}, mala{.name = "MALA", .x = steps, .joined = false};
  for (const LabTable::Row& row : table.rows) {
    ula.y.push_back(table.at(row.name, "ULA variance"));
    mala.y.push_back(table.at(row.name, "MALA variance"));
  }
  Series theory{.name = "1/(1 - e/2)"};
  constexpr int kPoints = 80;
  for (int i = 0; i <= kPoints; ++i) {
    theory.x.push_back(steps.back() * std::pow(steps.front() / steps.back(), i / double{kPoints}));
    theory.y.push_back(1 / (1 - theory.x.back() / 2));
  }
  chart.series = {std::move(ula), std::move(mala), std::move(theory)};
  return {"laws", "Stationary variance of chains on N(0, 1), by their step.", draw_chart(chart)};
}

LabPicture draw_mixing(const LabTable& table) {
  LineChart chart{.title = "mixing on N(0, I), each sampler with a good step",
                  .x_label = "dimension",
                  .y_label = "independent draws per evaluation",
                  .log_x = true,
                  .log_y = true};
  for (const char* sampler : {"mh", "ULA", "MALA"}) {
    Series& series = chart.series.emplace_back();
    series.name = sampler;
    for (const LabTable::Row& row : table.rows) {
      series.x.push_back(parse_number<double>(row.name).value());
      series.y.push_back(table.at(row.name, sampler));
    }
  }
  return {"mixing",
          "Independent draws per evaluation, by the dimension. The theoretical slopes are -1 for the random "
          "walk, -1/2 for ULA at a constant error, and -1/3 for MALA.",
          draw_chart(chart)};
}

// Both densities, without noise and with it.
LabPicture draw_paths(const LangevinLab& lab, const LabContext& context, LabTable& table) {
  std::vector<Plane> planes;
  for (const char* name : {"gaussian", "mixture"}) {
    context.progress(fmt::format("paths on {}", name));
    const std::shared_ptr<const Toy> toy = make_toy(name);
    Rng rng(context.seed, "lab/langevin/draws");
    const Paths climbing = walk_in_plane(*toy, lab, 0, context.seed),
                wandering = walk_in_plane(*toy, lab, lab.noise, context.seed);
    table.add(name, {mean_log_prob(*toy, climbing.ends), highest_log_prob(*toy),
                     mean_log_prob(*toy, wandering.ends), mean_log_prob(*toy, toy->sample(lab.chains, rng))});
    for (const Paths* each : {&climbing, &wandering}) {
      Plane& plane = planes.emplace_back(samples_over_truth(*toy, {}));
      plane.title = fmt::format("{}, {}", name, each == &climbing ? "no noise" : "noise");
      plane.paths = each->ways;
    }
  }
  return planes_picture(
      "paths",
      "Chains over the contours of the density, which contain 50, 90 and 99 % of the probability. Dots are "
      "the starts of the chains. Without noise the chains follow the score to a maximum.",
      std::move(planes));
}

std::vector<double> add_laws(const LangevinLab& lab, const LabContext& context, LabTable& table) {
  constexpr size_t kSteps = 5;
  std::vector<double> steps;
  for (double e = lab.largest_step; steps.size() < kSteps; e /= 2) {
    context.progress(fmt::format("chains on N(0, 1), step {:.3g}", e));
    const Settled ula = settle(UnadjustedLangevin({.step = e}), lab.chains, context.seed),
                  mala = settle(AdjustedLangevin({.step = e}), lab.chains, context.seed);
    table.add(number_text(e), {ula.variance, 1 / (1 - e / 2), ula.distance, mala.variance, mala.distance,
                               mala.acceptance, std::atan(std::pow(2 / e, 1.5)) * 2 / std::numbers::pi});
    steps.push_back(e);
  }
  return steps;
}

void add_mixing(const LangevinLab& lab, const LabContext& context, LabTable& table) {
  for (const int64_t d : lab.dimensions) {
    context.progress(fmt::format("mixing in {} dimensions", d));
    const auto size = static_cast<double>(d);
    const MixingRate mh = mixing_rate(RandomWalk({.step = 2.38 / std::sqrt(size)}), d, context.seed),
                     ula = mixing_rate(UnadjustedLangevin({.step = 0.4 / std::sqrt(size)}), d, context.seed),
                     mala = mixing_rate(AdjustedLangevin({.step = 1.36 / std::cbrt(size)}), d, context.seed);
    table.add(fmt::format("{}", d), {mh.draws, mh.acceptance, ula.draws, mala.draws, mala.acceptance});
  }
}

std::string what_to_see(const LabTable& paths, const LabTable& laws, const LabTable& mixing) {
  const std::string &large = laws.rows.front().name, &most = mixing.rows.back().name;
  return fmt::format(
      "Without noise chains follow the score to a maximum: on the Gaussian they all end at log p = {:.3f}, "
      "the maximum. With noise they end in the region of the draws: their mean log p is {:.3f}, and the mean "
      "log p of draws is {:.3f}. Each step of ULA has a small error, and nothing corrects it. On N(0, 1) its "
      "variance is 1/(1 - e/2): measured {:.2f} at e = {} (theory {:.2f}). MALA proposes the same step, but "
      "rejects {:.0f} % of the proposals at this e, and its variance is {:.3f}. Small steps are accurate and "
      "slow, and in more dimensions all steps must be smaller. In {} dimensions a gradient evaluation yields "
      "{:.2g} independent draws with MALA and {:.2g} with ULA. An evaluation of f yields {:.2g} with a "
      "random walk, which does not use the gradient.",
      paths.at("gaussian", "no noise"), paths.at("gaussian", "noise"), paths.at("gaussian", "draws"),
      laws.at(large, "ULA variance"), large, laws.at(large, "1/(1 - e/2)"),
      100 * (1 - laws.at(large, "MALA acceptance")), laws.at(large, "MALA variance"), most,
      mixing.at(most, "MALA"), mixing.at(most, "ULA"), mixing.at(most, "mh"));
}

LabResult LangevinLab::run(const LabContext& context) const {
  const NoGrad quiet;
  LabResult out{.tables = {paths_table(), laws_table(), mixing_table()}};
  out.pictures.push_back(draw_paths(*this, context, out.tables[0]));
  const std::vector<double> steps = add_laws(*this, context, out.tables[1]);
  out.pictures.push_back(draw_laws(out.tables[1], steps));
  add_mixing(*this, context, out.tables[2]);
  out.pictures.push_back(draw_mixing(out.tables[2]));
  out.interpretation = what_to_see(out.tables[0], out.tables[1], out.tables[2]);
  out.exercise =
      "The lectures' step is x_next = x + e/2 grad f + sqrt(e) z. For the target N(0, s^2), what is the "
      "stationary variance, and from which e on do chains diverge?";
  return out;
}

}  // namespace

LabEntry langevin_lab() {
  return lab_entry<LangevinLab>(
      1, "langevin", "sampling a density with its score and noise: without noise, by step, by dimension",
      "Roberts & Tweedie 1996; Roberts & Rosenthal 1998");
}

}  // namespace gradzoo
