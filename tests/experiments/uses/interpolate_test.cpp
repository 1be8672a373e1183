#include <doctest/doctest.h>

#include "experiments/refusals.h"

using namespace gradzoo::test;

TEST_CASE("the rows follow from the seed, and ends may be of one label") {
  const SmallRun run;
  const auto picture = [&](const std::string& options) {
    run_ok("interpolate run -n 2 --out x.png " + options, run.folder);
    return read_file(run.folder + "/x.png");
  };
  const std::string bytes = picture("--seed 5");
  CHECK(picture("--seed 5") == bytes);
  CHECK(picture("--seed 6") != bytes);
  CHECK(picture("--seed 5 --label 1") != bytes);
  CHECK(picture("--seed 5 --label 0") != bytes);
  check_refused("interpolate run -n 4 --label 0", run.folder, {"of label 0 for 4 pairs"});  // of 24 are 6
  check_refused("interpolate run --label 200", run.folder, {"label 200 is not a learned class", "0 to"});
  check_refused("interpolate run -n 50", run.folder, {"too few examples", "fewer pairs"});
}
