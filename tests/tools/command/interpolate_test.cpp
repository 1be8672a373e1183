#include <filesystem>

#include <doctest/doctest.h>

#include "tools/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("models with codes draw what lies between two images; others are refused") {
  const SmallRun run;
  const std::string common = " --threads 1 --data data --batch 20 --epochs 1 --out ";
  for (const std::string model :
       {"gan --set net=mlp --set generator_hidden=8 --set discriminator_hidden=8 --set conditional=true",
        "realnvp --set couplings=1 --set channels=8", "ddpm --set channels=8",
        "vae --set hidden=8 --set latent=2 --set conditional=true"}) {
    const std::string out = words_of(model).front();
    const ProcessResult trained = run_gradzoo("train " + model + common + out, run.folder);
    REQUIRE_MESSAGE(trained.status == 0, trained.err);
    const ProcessResult drawn = run_gradzoo("interpolate " + out + " -n 2 --seed 5", run.folder);
    REQUIRE_MESSAGE(drawn.status == 0, drawn.err);
    const std::string picture = run.folder + "/" + out + "/samples/interpolate-seed5.png";
    REQUIRE(std::filesystem::exists(picture));
    const std::string bytes = read_file(picture);
    REQUIRE(run_gradzoo("interpolate " + out + " -n 2 --seed 5 --out again.png", run.folder).status == 0);
    CHECK(read_file(run.folder + "/again.png") == bytes);
    REQUIRE(run_gradzoo("interpolate " + out + " -n 2 --seed 6 --out other.png", run.folder).status == 0);
    CHECK(read_file(run.folder + "/other.png") != bytes);
  }
  CHECK(run_gradzoo("interpolate run -n 1 --label 1", run.folder).status == 0);
  check_refused("interpolate run --label 200", run.folder, {"label 200 is no class", "0 to"});
  check_refused("interpolate run -n 50", run.folder, {"too few examples", "fewer pairs"});
  check_refused("interpolate run --out x.jpg", run.folder, {"x.jpg is no picture"});
  REQUIRE(run_gradzoo("train dae --set hidden=8" + common + "dae", run.folder).status == 0);
  check_refused("interpolate dae", run.folder, {"no codes to walk between", "vae"});
  REQUIRE(run_gradzoo("train realnvp --data ring8 --steps 2 --threads 1 --out points", run.folder).status ==
          0);
  check_refused("interpolate points", run.folder, {"learned points"});
}
