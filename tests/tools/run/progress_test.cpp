#include "tools/run/progress.h"

#include <doctest/doctest.h>

#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("Into a file an epoch is a line, and nothing is drawn over") {
  const ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  Progress progress(file, 0, 25, 10);
  progress.step(5, "loss 3", 100);
  progress.epoch(10, "loss 2");
  progress.epoch(25, "loss 1");
  progress.line("done");
  std::fclose(file);
  CHECK(read_file(scratch.file("log")) ==
        "epoch 1/3  step 10/25  loss 2  100 examples/s\n"
        "epoch 3/3  step 25/25  loss 1  100 examples/s\n"
        "done\n");
}

TEST_CASE("Without a place to say it nothing is said") {
  Progress progress(nullptr, 0, 10, 5);
  progress.step(1, "loss", 1);
  progress.epoch(5, "loss");
  progress.end();
}

TEST_CASE("How long a run will take is said once, when its pace is known, of the steps that are left") {
  const ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  double now = 100;
  Progress progress(file, 1000, 2000, 500, [&] { return now; });
  now = 102;
  progress.step(1010, "loss 3", 100);
  now = 104;  // 20 steps in 4 seconds, 980 to go
  progress.step(1020, "loss 3", 100);
  now = 110;
  progress.step(1040, "loss 3", 100);
  std::fclose(file);
  CHECK(read_file(scratch.file("log")) == "expected: about 3:16 more for 980 steps\n");
}
