#include "tools/ledger/gan/figures.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/gan/gan.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

constexpr int kSeeds = 10;

/// Ten runs on ring8, seeds 1 to 10, each judged by 2,500 fresh samples.
std::vector<ModeCoverage> ten_runs(const std::vector<std::string>& assignments, const RowContext& context) {
  std::vector<ModeCoverage> runs;
  for (int seed = 1; seed <= kSeeds; ++seed) {
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

RowResult ring8(const RowContext& context) {
  const std::vector<ModeCoverage> runs = ten_runs({"data=ring8"}, context);
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

RowResult ring8_collapse(const RowContext& context) {
  const std::vector<ModeCoverage> runs = ten_runs({"data=ring8", "preset=collapse"}, context);
  const double median = median_covered(runs);
  return {median, AtMost{4},
          fmt::format("preset=collapse (minimax, rate 1e-4 for G and 1e-2 for D, 6,000 steps), {} samples: "
                      "modes covered {} in seeds 1 to {}, median {:.1f}",
                      kModeSamples, fmt::join(covered(runs), " "), kSeeds, median)};
}

}  // namespace

bool covers_all(const ModeCoverage& c) {
  return c.covered == c.modes && c.smallest_share >= 0.04 && c.high_quality >= 0.9;
}

double median_covered(const std::vector<ModeCoverage>& runs) {
  std::vector<int64_t> counts = covered(runs);
  std::sort(counts.begin(), counts.end());
  const size_t half = counts.size() / 2;
  return counts.size() % 2 == 1 ? static_cast<double>(counts[half])
                                : static_cast<double>(counts[half - 1] + counts[half]) / 2;
}

std::vector<Row> gan_figure_rows() {
  return {
      {"gan.ring8", RowKind::figure, "the default GAN finds all eight modes of ring8",
       "Metz et al. 2017 and Lin et al. 2018 pose the task; the gate is ours", false, 120, ring8},
      {"gan.ring8_collapse", RowKind::figure,
       "minimax against a D that is far ahead collapses onto at most half of the modes",
       "Goodfellow et al. 2014, section 3, warns of it; the gate is ours", false, 60, ring8_collapse},
  };
}

}  // namespace gradzoo
