#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"

using namespace gradzoo::test;

TEST_CASE("gradzoo lab lists labs, runs one into a folder of its own, and says what to see") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  CHECK(contains(run_gradzoo("lab", folder).out, "noise-levels"));
  CHECK(contains(run_gradzoo("list labs", folder).out, "noise-levels"));
  const ProcessResult text = run_ok("lab coin --seed 4", folder);
  check_says(text.out, {"posterior mean", "What to see", "Exercise", "runs/lab-coin-1/report.html"});
  for (const char* file : {"report.html", "lab.json", "posterior.svg"})
    CHECK(std::filesystem::exists(scratch.file("runs/lab-coin-1/") + file));
  CHECK_FALSE(std::filesystem::exists(scratch.file("runs/lab-coin-1/samples")));
  const ProcessResult json = run_ok("lab coin --seed 4 --json --out there", folder);
  const auto found = nlohmann::json::parse(json.out);
  CHECK(found == nlohmann::json::parse(read_file(scratch.file("there/lab.json"))));
  auto again = nlohmann::json::parse(read_file(scratch.file("runs/lab-coin-1/lab.json")));
  again["seconds"] = found["seconds"];
  CHECK(found == again);  // the same seed, the same numbers

  check_refused("lab koin", folder, {"'koin'", "did you mean 'coin'"});
  check_refused("lab coin --out there", folder, {"there"});
  for (const char* line : {"lab --json", "lab --knobs", "lab --out x", "lab --set flips=3"})
    check_refused(line, folder, {"no name is given"});
  check_refused("lab coin --seed -1", folder, {"--seed"});
  check_refused("lab coin --seed 9007199254740992", folder, {"--seed"});  // as train refuses it
  run_ok("lab coin --seed 9007199254740991", folder);
}
