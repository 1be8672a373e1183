#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "experiments/uses/two_samples.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::string told(const std::string& line, const std::string& folder) {
  const ProcessResult result = run_ok("c2st " + line, folder);
  return result.out;
}

nlohmann::json object_of(const std::string& line, const std::string& folder) {
  return nlohmann::json::parse(told(line + " --json", folder));
}

}  // namespace

TEST_CASE("points are told apart where their laws differ, and what is surest is drawn") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const auto far = object_of("ring8 two-moons -n 400 --out far.png", folder);
  CHECK(far["a"] == "ring8 (test)");
  CHECK(far["p_value"].get<double>() == approx(0.001));
  CHECK(far["accuracy"].get<double>() > 0.6);
  CHECK(far["held_out"] == 200);
  CHECK(std::filesystem::exists(scratch.file("far.png")));
  // A set against itself is parted, and not told apart; the same at any number of threads.
  const auto same = object_of("ring8 ring8 -n 400", folder);
  CHECK(same["p_value"].get<double>() > 0.01);
  CHECK(object_of("ring8 ring8 -n 400 --threads 2", folder) == same);
  CHECK(object_of("ring8 ring8 -n 400 --seed 3", folder)["statistic"] != same["statistic"]);
  CHECK(contains(told("gamma exponential -n 400", folder), "different at the 5 % level"));
  CHECK(std::filesystem::exists(scratch.file("c2st-seed0.png")));  // of two sets without a run
}

TEST_CASE("a run's samples against what it learned, another run, and itself") {
  const SmallRun run;
  run_ok("train made --data data --threads 1 --batch 20 --epochs 1 --set hidden=8 --out made", run.folder);
  const std::string binary = told("made test -n 20", run.folder);
  check_says(binary, {"pixels of both sets are drawn as 0 or 1", "data (test)"});
  CHECK(object_of("run data -n 60", run.folder)["b"].get<std::string>().ends_with("data (fit)"));
  CHECK(object_of("run data -n 60", run.folder)["binary"] == false);
  CHECK(object_of("run made -n 100", run.folder)["binary"] == true);
  // Where either side is binary both are: a run's probabilities and the examples' greys are drawn.
  {
    const InFolder inside(run.folder);
    OpenedRun run_of("run"), made("made");
    const TwoSets alike = two_sets({"run", &run_of}, {"run", &run_of}, 30, 1);
    CHECK(alike.a.samples.to_vector() != alike.b.samples.to_vector());  // each side draws anew
    for (const TwoSets& sets :
         {two_sets({"run", &run_of}, {"made", &made}, 30, 1), two_sets({"made", &made}, {"test"}, 20, 1)}) {
      for (const Tensor& x : {sets.a.samples, sets.b.samples})
        CHECK(count_nonzero(logical_or(eq(x, 0), eq(x, 1))) == x.size());
    }
  }
  const auto itself = object_of("run run -n 100", run.folder);
  CHECK(itself["statistic"] != 0);
  CHECK(itself["p_value"].get<double>() > 0.001);
}

TEST_CASE("sets of two widths, too few examples, and names that are none are refused") {
  const SmallRun run;
  check_refused("c2st run test -n 40", run.folder, {"data (test) has 24 examples, fewer than 40", "-n 24"});
  check_refused("c2st run ring8", run.folder, {"(8,8)", "two sets of one shape"});
  check_refused("c2st test ring8", run.folder, {"'test' means examples of a run's data", "gradzoo c2st RUN"});
  check_refused("c2st run", run.folder, {"B"});
}
