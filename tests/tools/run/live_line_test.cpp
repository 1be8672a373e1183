#include "tools/run/live_line.h"

#include <doctest/doctest.h>

#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("Durations are minutes and seconds, and hours where there are some") {
  CHECK(duration(0.4) == "0:00");
  CHECK(duration(67) == "1:07");
  CHECK(duration(3599.6) == "1:00:00");
  CHECK(duration(3 * 3600 + 61) == "3:01:01");
}

TEST_CASE("What is no terminal is never drawn over") {
  const ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  {
    LiveLine line(file);
    CHECK_FALSE(line.is_live());
    line.show("half way");
    line.line("done");
  }
  std::fclose(file);
  CHECK(read_file(scratch.file("log")) == "done\n");
}

TEST_CASE("A line that cannot be written is the last that is tried") {
  std::FILE* full = std::fopen("/dev/full", "w");
  REQUIRE(full != nullptr);
  LiveLine line(full);
  line.line("one");
  line.line("two");
  CHECK(std::ferror(full) == 0);
  std::fclose(full);
}
