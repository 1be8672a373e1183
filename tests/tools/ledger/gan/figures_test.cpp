#include "tools/ledger/gan/figures.h"

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("gan.ring8 asks for every mode, a fair share of the smallest, and high quality") {
  CHECK(covers_all({.modes = 8, .covered = 8, .touched = 8, .smallest_share = 0.04, .high_quality = 0.9}));
  CHECK_FALSE(covers_all({.modes = 8, .covered = 7, .touched = 8, .smallest_share = 0.1, .high_quality = 1}));
  CHECK_FALSE(
      covers_all({.modes = 8, .covered = 8, .touched = 8, .smallest_share = 0.03, .high_quality = 1}));
  CHECK_FALSE(
      covers_all({.modes = 8, .covered = 8, .touched = 8, .smallest_share = 0.1, .high_quality = 0.89}));
}

TEST_CASE("gan.ring8_collapse takes the median over its runs") {
  std::vector<ModeCoverage> runs;
  for (int64_t covered : {8, 1, 3, 4}) {
    runs.push_back({.modes = 8, .covered = covered, .touched = 8, .smallest_share = 0, .high_quality = 1});
  }
  CHECK(median_covered(runs) == 3.5);
  runs.push_back(runs[0]);
  CHECK(median_covered(runs) == 4);
}

}  // namespace
}  // namespace gradzoo
