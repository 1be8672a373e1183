#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/eval/modes.h"
#include "models/gan/gan.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

constexpr int kSeeds = 10;

/// Runs of seeds 1 to `seeds`: what they cover.
using RunsOf = std::vector<ModeCoverage> (*)(int seeds, const std::vector<std::string>& assignments,
                                             const RowContext& context);

// Each judged by 2,500 fresh samples.
std::vector<ModeCoverage> trained_runs(int seeds, const std::vector<std::string>& assignments,
                                       const RowContext& context) {
  std::vector<ModeCoverage> runs;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::vector<std::string> all = assignments;
    all.push_back(fmt::format("seed={}", seed));
    const std::unique_ptr<Session> trained = train_model("gan", all, context);
    runs.push_back(dynamic_cast<Gan&>(*trained->model).coverage(trained->data.seed()).value());
    context.progress(fmt::format("seed {}: {} of {} modes, {:.1f}% of high quality", seed,
                                 runs.back().covered, runs.back().modes, 100 * runs.back().high_quality));
  }
  return runs;
}

std::vector<int64_t> covered(const std::vector<ModeCoverage>& runs) {
  std::vector<int64_t> out;
  out.reserve(runs.size());
  for (const ModeCoverage& run : runs) out.push_back(run.covered);
  return out;
}

std::vector<int64_t> touched(const std::vector<ModeCoverage>& runs) {
  std::vector<int64_t> out;
  out.reserve(runs.size());
  for (const ModeCoverage& run : runs) out.push_back(run.touched);
  return out;
}

double mean_touched(const std::vector<ModeCoverage>& runs) {
  double sum = 0;
  for (const ModeCoverage& run : runs) sum += static_cast<double>(run.touched);
  return sum / static_cast<double>(runs.size());
}

double lowest_quality(const std::vector<ModeCoverage>& runs) {
  double lowest = 1;
  for (const ModeCoverage& run : runs) lowest = std::min(lowest, run.high_quality);
  return lowest;
}

/// True where every mode is covered, the smallest has 4% of the samples, and 90% are of high quality.
bool covers_all(const ModeCoverage& c) {
  return c.covered == c.modes && c.smallest_share >= 0.04 && c.high_quality >= 0.9;
}

/// The median of the modes covered.
double median_covered(const std::vector<ModeCoverage>& runs) {
  std::vector<int64_t> counts = covered(runs);
  std::sort(counts.begin(), counts.end());
  const size_t half = counts.size() / 2;
  return counts.size() % 2 == 1 ? static_cast<double>(counts[half])
                                : static_cast<double>(counts[half - 1] + counts[half]) / 2;
}

RowResult ring8(RunsOf runs_of, const RowContext& context) {
  const std::vector<ModeCoverage> runs = runs_of(kSeeds, {"data=ring8"}, context);
  const auto good = std::count_if(runs.begin(), runs.end(), covers_all);
  double share = 1, quality = 1;
  for (const ModeCoverage& run : runs) {
    share = std::min(share, run.smallest_share);
    quality = std::min(quality, run.high_quality);
  }
  return {static_cast<double>(good), AtLeast{8},
          fmt::format("defaults (non-saturating, z 2, 12,000 steps, instance noise .2 for the first half), "
                      "{} samples: {} of {} seeds cover 8 of 8 with 4% in the smallest mode and 90% of high "
                      "quality (at least 8; aim 10); modes covered {}, smallest share of all {:.1f}%, lowest "
                      "high quality {:.1f}%; value: how many seeds",
                      kModeSamples, good, kSeeds, fmt::join(covered(runs), " "), 100 * share, 100 * quality)};
}

RowResult ring8_collapse(RunsOf runs_of, const RowContext& context) {
  const std::vector<ModeCoverage> runs = runs_of(kSeeds, {"data=ring8", "preset=collapse"}, context);
  const double median = median_covered(runs);
  return {median, AtMost{4},
          fmt::format("preset=collapse (minimax, rate 1e-4 for G and 1e-2 for D, 6,000 steps), {} samples: "
                      "modes covered {} in seeds 1 to {}, median {:.1f}",
                      kModeSamples, fmt::join(covered(runs), " "), kSeeds, median)};
}

RowResult grid25(RunsOf runs_of, const RowContext& context) {
  const std::vector<ModeCoverage> runs = runs_of(3, {"data=grid25"}, context);
  return {
      mean_touched(runs), AtLeast{17.3},
      fmt::format("defaults, {} samples, seeds 1 to 3: modes with one sample of high quality or more {} of "
                  "25 (PacGAN's rule; its table 1: 17.3 for a plain GAN; aim 25), with 20 or more {}, lowest "
                  "high quality {:.1f}%; value: the mean of the first",
                  kModeSamples, fmt::join(touched(runs), " "), fmt::join(covered(runs), " "),
                  100 * lowest_quality(runs))};
}

RowResult packed(RunsOf runs_of, const RowContext& context) {
  const std::vector<std::string> bare = {"data=grid25", "instance_noise=0", "lr=0.001"};
  std::vector<std::string> pairs = bare;
  pairs.emplace_back("pac=2");
  const std::vector<ModeCoverage> alone = runs_of(3, bare, context), two = runs_of(3, pairs, context);
  return {
      mean_touched(two) - mean_touched(alone), AtLeast{-1},
      fmt::format("grid25 without instance noise, rate 1e-3, 12,000 steps, {} samples, seeds 1 to 3: modes "
                  "touched {} of 25 with pac=2, {} with pac=1; covered {} and {}; lowest high quality "
                  "{:.1f}% and {:.1f}%; value: the difference of the first means (PacGAN's table 1: 23.8 "
                  "with 2, 17.3 with 1)",
                  kModeSamples, fmt::join(touched(two), " "), fmt::join(touched(alone), " "),
                  fmt::join(covered(two), " "), fmt::join(covered(alone), " "), 100 * lowest_quality(two),
                  100 * lowest_quality(alone))};
}

RowResult wgan_ring8(RunsOf runs_of, const RowContext& context) {
  const std::vector<ModeCoverage> runs = runs_of(2, {"data=ring8", "loss=wgan-gp"}, context);
  const std::vector<int64_t> modes = covered(runs);
  return {
      static_cast<double>(*std::ranges::min_element(modes)), AtLeast{8},
      fmt::format("defaults of loss=wgan-gp (SiLU, lambda .1, 30,000 steps, G's every fifth), {} samples, "
                  "seeds 1 and 2: modes covered {} of 8, lowest high quality {:.1f}%; value: the fewest",
                  kModeSamples, fmt::join(modes, " "), 100 * lowest_quality(runs))};
}

// Runs that all came to one end.
std::vector<ModeCoverage> alike(int seeds, const ModeCoverage& each) {
  return {static_cast<size_t>(seeds), each};
}

std::vector<ModeCoverage> seven_of_eight(int seeds, const std::vector<std::string>&, const RowContext&) {
  return alike(seeds, {.modes = 8, .covered = 7, .touched = 8, .smallest_share = 0.1, .high_quality = 1});
}

}  // namespace

std::vector<Row> gan_mode_rows() {
  return {
      figure({"gan.ring8", "the default GAN finds all eight modes of ring8",
              "Metz et al. 2017 and Lin et al. 2018 pose the task; the gate is ours", 120},
             ring8, trained_runs,
             {{"seven modes of eight", seven_of_eight},
              {"3 % in the smallest mode",
               [](int seeds, const std::vector<std::string>&, const RowContext&) {
                 return alike(
                     seeds,
                     {.modes = 8, .covered = 8, .touched = 8, .smallest_share = 0.03, .high_quality = 1});
               }},
              {"89 % of high quality",
               [](int seeds, const std::vector<std::string>&, const RowContext&) {
                 return alike(
                     seeds,
                     {.modes = 8, .covered = 8, .touched = 8, .smallest_share = 0.1, .high_quality = 0.89});
               }}}),
      figure({"gan.ring8_collapse",
              "minimax against a D that is far ahead collapses onto at most half of the modes",
              "Goodfellow et al. 2014, section 3, warns of it; the gate is ours", 60},
             ring8_collapse, trained_runs,
             {{"six runs of ten with five modes, the others with one: their mean is 3.4",
               [](int seeds, const std::vector<std::string>&, const RowContext&) {
                 std::vector<ModeCoverage> runs = alike(
                     seeds, {.modes = 8, .covered = 5, .touched = 5, .smallest_share = 0, .high_quality = 1});
                 for (size_t i = 6; i < runs.size(); ++i) runs[i].covered = 1;
                 return runs;
               }}}),
      figure({"gan.grid25", "the default GAN finds more of grid25's modes than PacGAN's plain one",
              "Lin et al. 2018, table 1", 90},
             grid25, trained_runs,
             {{"17 modes of 25",
               [](int seeds, const std::vector<std::string>&, const RowContext&) {
                 return alike(
                     seeds,
                     {.modes = 25, .covered = 25, .touched = 17, .smallest_share = 0, .high_quality = 1});
               }}}),
      figure({"gan.pac",
              "a D that judges two samples at once touches no fewer modes; that it touches more is not seen "
              "here",
              "Lin et al. 2018, table 1", 180},
             packed, trained_runs,
             {{"two modes fewer in pairs",
               [](int seeds, const std::vector<std::string>& assignments, const RowContext&) {
                 return alike(seeds, {.modes = 25,
                                      .covered = 20,
                                      .touched = assignments.back() == "pac=2" ? 20 : 22,
                                      .smallest_share = 0,
                                      .high_quality = 1});
               }}}),
      figure({"wgan_gp.ring8", "the Wasserstein GAN with a gradient penalty finds all eight modes",
              "Gulrajani et al. 2017, figure 1; the gate is ours", 120},
             wgan_ring8, trained_runs, {{"seven modes of eight", seven_of_eight}})};
}

}  // namespace gradzoo
