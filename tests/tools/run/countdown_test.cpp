#include "tools/run/countdown.h"

#include <doctest/doctest.h>

#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("Into a file a countdown is one line, when the pace is known") {
  const ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  double now = 7;
  Countdown countdown(file, "log p(x)", [&] { return now; });
  countdown.done(0);
  now = 9;
  countdown.done(0.01);
  now = 17;
  countdown.done(0.1);  // 10 seconds for a tenth
  now = 60;
  countdown.done(0.5);
  countdown.done(1);
  std::fclose(file);
  CHECK(read_file(scratch.file("log")) == "log p(x): about 1:30 to go\n");
}

TEST_CASE("A countdown of what is done at once, or that nobody hears, says nothing") {
  Countdown silent(nullptr, "log p(x)");
  silent.done(0.5);
  const ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  Countdown quick(file, "log p(x)");
  quick.done(0.5);
  quick.done(1);
  std::fclose(file);
  CHECK(read_file(scratch.file("log")).empty());
}
