#include "gradzoo/experiments/live_line.h"

#include <stdexcept>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// A file for what is told.
struct Lines {
  ScratchDirectory scratch;
  std::FILE* file = std::fopen(scratch.file("log").c_str(), "w");

  std::string read() const {
    std::fflush(file);
    return read_file(scratch.file("log"));
  }
  ~Lines() { std::fclose(file); }
};

}  // namespace

TEST_CASE("Durations are minutes and seconds, and hours where there are some") {
  CHECK(duration(0.4) == "0:00");
  CHECK(duration(67) == "1:07");
  CHECK(duration(3599.6) == "1:00:00");
  CHECK(duration(3 * 3600 + 61) == "3:01:01");
}

TEST_CASE("What is no terminal is never drawn over") {
  Lines lines;
  LiveLine line(lines.file);
  CHECK_FALSE(line.is_live());
  line.show("half way");
  line.line("done");
  CHECK(lines.read() == "done\n");
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

TEST_CASE("Into a file a countdown is one line, when the pace is known") {
  Lines lines;
  double now = 7;
  Countdown countdown(lines.file, "log p(x)", [&] { return now; });
  countdown.done(0);
  now = 9;
  countdown.done(0.01);
  now = 17;
  countdown.done(0.1);  // 10 seconds for a tenth
  now = 60;
  countdown.done(0.5);
  countdown.done(1);
  CHECK(lines.read() == "log p(x): about 1:30 to go\n");
}

TEST_CASE("A countdown of what is done at once, or that nobody hears, says nothing") {
  Countdown silent(nullptr, "log p(x)");
  silent.done(0.5);
  Lines lines;
  Countdown quick(lines.file, "log p(x)");
  quick.done(0.5);
  quick.done(1);
  CHECK(lines.read().empty());
}

TEST_CASE("Work that says nothing is told while it goes on; what it throws comes through") {
  Lines lines;
  LiveLine line(lines.file);
  bool done = false;
  line.during("drawing", [&] { done = true; });
  CHECK(done);
  CHECK_THROWS_WITH(line.during("drawing", [] { throw std::runtime_error("no ink"); }), "no ink");
  LiveLine(nullptr).during("drawing", [&] { done = false; });
  CHECK_FALSE(done);
  CHECK(lines.read().empty());
}

// A terminal that a test holds the other end of.
TEST_CASE("On a terminal the seconds of such work count up, and nothing of it stays") {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(::grantpt(master) + ::unlockpt(master) == 0);
  std::FILE* terminal = std::fopen(::ptsname(master), "w");
  REQUIRE(terminal != nullptr);
  LiveLine line(terminal);
  REQUIRE(line.is_live());
  std::string seen;
  line.during("drawing", [&] {
    char bytes[256];
    while (!contains(seen, "drawing  0:00"))
      seen.append(bytes, static_cast<size_t>(::read(master, bytes, 256)));
  });
  line.line("done");
  char bytes[256];
  while (!contains(seen, "done")) seen.append(bytes, static_cast<size_t>(::read(master, bytes, 256)));
  CHECK(contains(seen, "\r\x1b[Kdone"));
  std::fclose(terminal);
  ::close(master);
}

TEST_CASE("Into a file an epoch is a line, and nothing is drawn over") {
  Lines lines;
  Progress progress(lines.file, 25, 10);
  progress.step(5, "loss 3", 100);
  progress.epoch(10, "loss 2");
  progress.epoch(25, "loss 1");
  progress.line("done");
  CHECK(lines.read() ==
        "epoch 1/3  step 10/25  loss 2  100 examples/s\n"
        "epoch 3/3  step 25/25  loss 1  100 examples/s\n"
        "done\n");
}

TEST_CASE("Without a place to say it nothing is said") {
  Progress progress(nullptr, 10, 5);
  progress.step(1, "loss", 1);
  progress.epoch(5, "loss");
  progress.end();
}

TEST_CASE("How long a run will take is said once, when its pace is known, of the steps that are left") {
  Lines lines;
  double now = 100;
  Progress progress(lines.file, 2000, 500, [&] { return now; });
  now = 200;  // what precedes the first steps is not their pace
  progress.step(1000, "loss 3", 100);
  now = 202;
  progress.step(1010, "loss 3", 100);
  now = 204;  // 20 steps in 4 seconds, 980 to go
  progress.step(1020, "loss 3", 100);
  now = 210;
  progress.step(1040, "loss 3", 100);
  CHECK(lines.read() == "expected: about 3:16 more for 980 steps\n");
}
