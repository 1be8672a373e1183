#include <doctest/doctest.h>

#include "tools/refusals.h"

using namespace gradzoo::test;

TEST_CASE("What is wrong with a sampler is said before a run is opened, with the nearest right word") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"sample run --set step=1", {"--set step=1", "--sampler"}},
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
                {"ula", "vae", "neither log-density nor score", "Hint"});
}

TEST_CASE("The list of samplers says what each needs") {
  const ProcessResult listed = run_gradzoo("list samplers", "/tmp");
  CHECK(listed.status == 0);
  for (const char* part : {"ula", "mala", "mh", "log-density and score", "Hastings"}) {
    CHECK_MESSAGE(contains(listed.out, part), listed.out);
  }
}
