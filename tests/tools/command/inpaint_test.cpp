#include <filesystem>

#include <doctest/doctest.h>

#include "tools/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("models with a score, an energy or a velocity fill in a hidden half; others are refused") {
  const SmallRun run;
  const std::string common = " --threads 1 --data data --batch 20 --epochs 1 --set hidden=8 --out ";
  for (const std::string model : {"score --set sample_steps=5", "dae --set chain_steps=5",
                                  "ebm --set sample_steps=5", "flow-matching --set channels=8"}) {
    const std::string out = words_of(model).front();
    const ProcessResult trained = run_gradzoo("train " + model + common + out, run.folder);
    REQUIRE_MESSAGE(trained.status == 0, trained.err);
    const ProcessResult filled = run_gradzoo("inpaint " + out + " --keep left -n 24", run.folder);
    REQUIRE_MESSAGE(filled.status == 0, filled.err);
    CHECK_MESSAGE(contains(filled.out, "left half being known"), filled.out);
    CHECK(std::filesystem::exists(run.folder + "/" + out + "/samples/inpaint-left-seed0.png"));
    CHECK(run_gradzoo("inpaint " + out + " --keep left -n 24", run.folder).out == filled.out);
  }
  check_refused("inpaint run", run.folder, {"neither a score nor an energy", "Hint"});
  check_refused("inpaint dae --keep uper", run.folder, {"uper", "upper"});
  check_refused("inpaint dae --out x.jpg", run.folder, {"x.jpg", "x.png"});
  REQUIRE(run_gradzoo("train dae --set noise=masking" + common + "masking", run.folder).status == 0);
  check_refused("inpaint masking", run.folder, {"neither a score nor an energy"});
  check_refused("sample masking --sampler ula", run.folder, {"ula"});
  REQUIRE(run_gradzoo("train score --set conditional=true" + common + "told", run.folder).status == 0);
  check_refused("inpaint told", run.folder, {"label", "conditional"});
}
