
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// Short runs of binary units on bars and stripes, and one of something else.
struct BinaryRuns {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  BinaryRuns() {
    train("rbm --data bars-and-stripes --set hidden=6 --out small");
    train("dbn --data bars-and-stripes --set hidden=6,5 --out stack");
    train("ebm --data ring8 --set hidden=8 --out energy");
  }
  void train(const std::string& line) const {
    run_ok("train --threads 1 --steps 5 --set sample_steps=5 " + line, folder);
  }
};

}  // namespace

TEST_CASE("logz tells the exact log Z of a small machine and both estimates, and draws their paths") {
  const BinaryRuns runs;
  const std::string line = "logz small --chains 20 --temperatures 50 --seed 3 ";
  const ProcessResult text = run_ok(line + "--exact --out z.svg", runs.folder);
  check_says(text.out, {"exact", "by enumeration", "forward", "reverse", "ESS"});
  CHECK(read_file(runs.folder + "/z.svg").starts_with("<svg xmlns="));
  check_refused(line + "--out z.png", runs.folder, {"z.png is not a name for a chart", "x.svg"});
  const ProcessResult object = run_ok(line + "--json", runs.folder);
  const auto json = nlohmann::json::parse(object.out);
  CHECK(json["run"] == "small");
  CHECK(json["temperatures"] == 50);
  CHECK(json["forward"]["low"] <= json["exact"]);
  CHECK(json["exact"] <= json["forward"]["high"]);
  CHECK(run_gradzoo(line + "--json --threads 2", runs.folder).out == object.out);
  run_ok("logz stack --chains 5 --temperatures 5", runs.folder);
}

TEST_CASE("logz refuses runs without such a Z, and temperatures and chains that are none") {
  const BinaryRuns runs;
  check_refused("logz energy", runs.folder, {"ebm", "no log Z", "Hint"});
  check_refused("logz small --temperatures 1", runs.folder, {"temperatures"});
  check_refused("logz small --chains 0", runs.folder, {"chains"});
  run_ok(
      "train rbm --data bars-and-stripes --threads 1 --steps 2 --set hidden=30 --set "
      "sample_steps=5 --out wide",
      runs.folder);
  run_ok("logz wide --exact --chains 2 --temperatures 2", runs.folder);  // 16 visible
}
