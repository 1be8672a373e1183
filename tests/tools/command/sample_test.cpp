#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tools/refusals.h"

using namespace gradzoo::test;

TEST_CASE("What is wrong with a sampler is said before a run is opened, with the nearest right word") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"sample run --sampler malla", {"'malla'", "'mala'"}},
      {"sample run --sampler ula --set stp=1", {"'stp'", "'step'"}},
      {"sample run --sampler ula --set step=0", {"step is 0", "above 0"}},
      {"sample run --sampler ula --set step=-1", {"step is -1"}},
      {"sample run --sampler mala --set steps=0", {"steps is 0"}},
      {"sample run --sampler mh --set steps=10 --set warmup=10", {"warmup is 10", "below steps"}},
      {"sample run --sampler mh --set convention=half", {"'convention'"}},
      {"sample run --sampler mala --set noise=0", {"'noise'"}},
      {"sample run --sampler ula --set convention=both", {"'both'", "half"}},
      {"sample run --sampler ula", {"no run"}},
  };
  for (const auto& [line, words] : cases) check_refused(line, folder, words);
}

TEST_CASE("A model that no chain can walk on is refused, and the hint names models that one can") {
  const SmallRun run;
  check_refused("sample run --sampler ula", run.folder,
                {"ula", "vae", "neither log-density nor score", "ebm (log-density", "dae (score"});
}

TEST_CASE(
    "Chains walk on what a run has learned: the same samples at any thread count, and a table of how they "
    "went") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const ProcessResult trained =
      run_gradzoo("train dae --data ring8 --steps 200 --set hidden=16 --set chain_steps=5 --out run", folder);
  REQUIRE_MESSAGE(trained.status == 0, trained.err);
  const std::string walk = "sample run -n 30 --seed 3 --set step=0.002 --set steps=40";
  for (const std::string sampler : {"ula", "mala", "mh"}) {
    const ProcessResult walked =
        run_gradzoo(fmt::format("{} --out x.npy --threads 1 --sampler {}", walk, sampler), folder);
    REQUIRE_MESSAGE(walked.status == 0, walked.err);
    for (const std::string& part : {fmt::format("{}: 30 chains, 40 steps of 0.002 (20 warm-up)", sampler),
                                    std::string("split R-hat"), std::string("x1"), std::string("x.npy")}) {
      CHECK_MESSAGE(contains(walked.out, part), walked.out);
    }
    REQUIRE(
        run_gradzoo(fmt::format("{} --out y.npy --threads 2 --sampler {}", walk, sampler), folder).status ==
        0);
    CHECK(read_file(scratch.file("x.npy")) == read_file(scratch.file("y.npy")));
  }
  REQUIRE(run_gradzoo(walk + " --sampler ula --set noise=0", folder).status == 0);
  CHECK(std::filesystem::exists(scratch.file("run/samples/sample-ula-seed3.png")));
  check_refused("sample run --sampler ula --set step=10", folder, {"explode", "step=1"});
}

TEST_CASE("The list of samplers says what each needs") {
  const ProcessResult listed = run_gradzoo("list samplers", "/tmp");
  CHECK(listed.status == 0);
  for (const char* part : {"ula", "mala", "mh", "log-density and score", "Hastings"}) {
    CHECK_MESSAGE(contains(listed.out, part), listed.out);
  }
}
