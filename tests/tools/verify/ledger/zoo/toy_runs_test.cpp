#include "tools/verify/ledger/zoo/toy_runs.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("every model of points begins on every toy by its defaults, but for those that it refuses") {
  const std::vector<ToyRun> runs = toy_runs();
  CHECK(runs.size() >= 73);
  CHECK(std::ranges::none_of(
      runs, [](const ToyRun& run) { return run.model == "nce" && run.toy == "bars-and-stripes"; }));
  for (const ToyRun& run : runs) {
    CAPTURE(run.model);
    CAPTURE(run.toy);
    CHECK(toy_run_failure(run, 4) == "");
  }
}

TEST_CASE("energies by chains stay with their data on toys of long tails, needles and corners") {
  for (const char* toy : {"gamma", "exponential", "grid25", "bars-and-stripes"}) {
    CAPTURE(toy);
    CHECK(toy_run_failure({"ebm", toy}, 250) == "");
  }
}

TEST_CASE("a run that diverges is told with its reason") {
  const std::string failure =
      toy_run_failure({"ebm", "gamma"}, 250, {"step=0.01", "confinement=4", "jumps=0"});
  CHECK_MESSAGE(test::contains(failure, "diverges"), failure);
}

}  // namespace gradzoo
