#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "support/approx.h"
#include "support/paths.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

// The lines of a file between each line that is `begin` and the next one that is `end`.
Strings blocks_of(const std::string& path, const std::string& begin, const std::string& end) {
  std::ifstream file(path);
  Strings blocks;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (inside && line == end) {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    } else if (line == begin) {
      inside = true;
      blocks.emplace_back();
    }
  }
  return blocks;
}

// Compiled copies of the page's examples, line by line.
ChainResult ring_by_mala() {
  // clang-format off
Rng rng(1);
const Target ring{.log_prob = [](const Tensor& x) { return square(sqrt(sum(square(x), 1)) - 1.0) * -8.0; }};
AdjustedLangevin mala({.step = 0.05});
ChainResult chains = run_chains(ring, randn({100, 2}, rng), mala, {.steps = 4000, .warmup = 1000}, rng);
fmt::print("acceptance {:.2f}, ESS of x0 {:.0f}, R-hat {:.3f}\n", chains.acceptance, chains.ess[0], chains.rhat[0]);
  // clang-format on
  return chains;
}

ChainResult gaussian_by_hmc() {
  // clang-format off
Rng rng(1);
const Tensor precision = tensor({1e4, 1}, {2});
const Target narrow{.log_prob = [=](const Tensor& x) { return sum(square(x) * precision, 1) * -0.5; },
                    .score = [=](const Tensor& x) { return -x * precision; }};
Hmc hmc({.leapfrog_steps = 8});
ChainResult chains = run_chains(narrow, randn({100, 2}, rng), hmc, {.steps = 1000, .warmup = 500}, rng);
  // clang-format on
  return chains;
}

ChainResult spins_by_flip() {
  // clang-format off
Rng rng(1);
const auto next = [](const Tensor& x) { return concat(slice(x, 1, 1, 12), slice(x, 1, 0, 1), 1); };
const Target ising{.log_prob = [=](const Tensor& x) { return sum((x * 2.0 - 1.0) * (next(x) * 2.0 - 1.0), 1) * 0.4; },
                   .binary = true};
SingleFlip flip({.flips = 12});
const Tensor initial = bernoulli(full({100, 12}, 0.5), rng);
ChainResult chains = run_chains(ising, initial, flip, {.steps = 500, .warmup = 100}, rng);
  // clang-format on
  return chains;
}

TEST_CASE("the examples of docs/samplers.md are compiled as they stand") {
  const Strings page = blocks_of(source_dir() + "/docs/samplers.md", "```cpp", "```");
  const Strings compiled = blocks_of(source_dir() + "/tests/samplers/docs_example_test.cpp",
                                     "  // clang-format off", "  // clang-format on");
  CHECK(page.size() == 3);
  CHECK(page == compiled);
}

TEST_CASE("the examples find the ring, both widths of the Gaussian, and the law of the spins") {
  const ChainResult ring = ring_by_mala();
  CHECK(ring.rhat[0] < 1.05);
  CHECK(mean(sqrt(sum(square(ring.x), 1))).item() == approx(1.06).epsilon(0.05));

  const ChainResult narrow = gaussian_by_hmc();
  CHECK(narrow.rhat[0] < 1.01);
  const Doubles widths = stddev_axis(narrow.x, 0).to_vector();
  CHECK(widths[0] == approx(0.01).epsilon(0.35));
  CHECK(widths[1] == approx(1).epsilon(0.35));

  // Neighbours of a long ring agree with correlation tanh J (Ising 1925); of 12 nearly so.
  const ChainResult spins = spins_by_flip();
  const Tensor s = spins.x * 2.0 - 1.0;
  const double agreement = mean(slice(s, 1, 0, 11) * slice(s, 1, 1, 12)).item();
  CHECK(std::abs(agreement - std::tanh(0.4)) < 0.15);
  CHECK(spins.rhat[0] < 1.01);
}

}  // namespace
}  // namespace gradzoo
