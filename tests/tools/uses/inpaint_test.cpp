#include <doctest/doctest.h>

#include "tools/refusals.h"

using namespace gradzoo::test;

TEST_CASE("any half may be known, of any number of images, and the same is drawn again") {
  const SmallRun run;
  REQUIRE(run_gradzoo(
              "train dae --set chain_steps=5 --set hidden=8 --threads 1 --data data --batch 20 --epochs 1 "
              "--out dae",
              run.folder)
              .status == 0);
  const ProcessResult filled = run_gradzoo("inpaint dae --keep left -n 4", run.folder);
  REQUIRE_MESSAGE(filled.status == 0, filled.err);
  for (const char* part :
       {"of 4 test images, the left half being known", "hidden_error", "inpaint-left-seed0.png"})
    CHECK_MESSAGE(contains(filled.out, part), filled.out);
  CHECK(run_gradzoo("inpaint dae --keep left -n 4 --threads 2", run.folder).out == filled.out);
  check_refused("inpaint run", run.folder, {"neither a score nor an energy", "Hint: a run of ebm, score"});
  check_refused("inpaint dae --keep uper", run.folder, {"uper", "upper"});
}
