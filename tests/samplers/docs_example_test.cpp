#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "autograd/ops.h"
#include "samplers/chains.h"
#include "samplers/kinds/langevin.h"
#include "support/paths.h"

namespace gradzoo {
namespace {

// The lines of a file from the one that is `begin` to the one that is `end`, both left out.
std::string lines_between(const std::string& path, const std::string& begin, const std::string& end) {
  std::ifstream file(path);
  std::string line, text;
  bool inside = false;
  while (std::getline(file, line)) {
    if (inside && line == end) return text;
    if (inside) text += line + "\n";
    inside = inside || line == begin;
  }
  return "no such lines";
}

// A compiled copy of the page's example, line by line.
ChainResult example() {
  // clang-format off
Rng rng(1);
const Target ring{.log_prob = [](const Tensor& x) { return square(sqrt(sum(square(x), 1)) - 1.0) * -8.0; }};
AdjustedLangevin mala({.step = 0.05});
ChainResult chains = run_chains(ring, randn({100, 2}, rng), mala, {.steps = 4000, .warmup = 1000}, rng);
fmt::print("acceptance {:.2f}, ESS of x0 {:.0f}, split R-hat {:.3f}\n", chains.acceptance, chains.ess[0], chains.rhat[0]);
  // clang-format on
  return chains;
}

TEST_CASE("the example of docs/samplers.md is compiled as it stands, and finds the ring") {
  const std::string page = lines_between(test::source_dir() + "/docs/samplers.md", "```cpp", "```");
  const std::string compiled = lines_between(test::source_dir() + "/tests/samplers/docs_example_test.cpp",
                                             "  // clang-format off", "  // clang-format on");
  CHECK(page == compiled);
  const ChainResult chains = example();
  CHECK(chains.rhat[0] < 1.1);
  CHECK(mean(sqrt(sum(square(chains.x), 1))).item() == doctest::Approx(1.06).epsilon(0.05));
}

}  // namespace
}  // namespace gradzoo
