#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "experiments/refusals.h"
#include "plot/pages/report.h"

// Each system call of a run on files fails once, or is where the process is killed. What lies there then goes
// on to the same bytes, and nothing is left over.
using namespace gradzoo::test;
namespace fs = std::filesystem;

namespace {

const std::string kTiny = std::string(kTrain) + "--set latent=3 ";

struct Faults {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  Faults() { write_small_dataset(scratch.file("data"), 120, 24, 8); }

  /// `variables`: of the library, each behind a space.
  ProcessResult gradzoo(const std::string& variables, const std::string& line) const {
    return run_process(words_of(fmt::format("/usr/bin/env {} GRADZOO_FAULT_PID=7{} {} {}",
                                            preloading("faults"), variables, shell_word(command()), line)),
                       folder);
  }
  std::string file(const std::string& name) const { return scratch.file(name); }

  /// The calls of a run that nothing happens to.
  int calls_of(const std::string& line) const {
    const ProcessResult result = gradzoo(" GRADZOO_FAULT_COUNT=count", line);
    REQUIRE_MESSAGE(result.status == 0, result.err);
    const int calls = std::stoi(read_file(file("count")));
    fs::remove(file("count"));
    REQUIRE(calls > 20);
    return calls;
  }

  void check_complete(const std::string& step) const {
    CHECK(read_file(file("run/checkpoint.safetensors")) == read_file(file("whole/checkpoint.safetensors")));
    CHECK(read_file(file("run/config.toml")) == read_file(file("whole/config.toml")));
    CHECK(gradzoo::report_mark(file("run/report.html")) == step);
  }
  void check_nothing_left_over() const {
    for (const std::string& path : files_in(file("run"))) CHECK_FALSE(path.ends_with(".tmp"));
  }
};

/// What a run is asked for, on what lies in "before" (nothing of a new one), and with what it ends.
struct SweptTask {
  std::string line, mark;
};

// Sweeps share their calls, so each takes every third from `first` on, kills every fifth; all of them where
// GRADZOO_EVERY_FAULT is set.
void sweep(const Faults& faults, const SweptTask& task, int first, bool kills = false) {
  const bool all = std::getenv("GRADZOO_EVERY_FAULT") != nullptr;
  const auto begin = [&] {
    fs::remove_all(faults.file("run"));
    if (fs::exists(faults.file("before")))
      fs::copy(faults.file("before"), faults.file("run"), fs::copy_options::recursive);
  };
  begin();
  const int calls = faults.calls_of(task.line);
  fs::remove_all(faults.file("whole"));
  fs::rename(faults.file("run"), faults.file("whole"));
  for (int at = all ? 1 : first; at <= calls; at += all ? 1 : kills ? 5 : 3) {
    begin();
    const ProcessResult failed = faults.gradzoo(
        fmt::format(" GRADZOO_FAULT_AT={}{}", at, kills ? " GRADZOO_FAULT_KILL=1" : ""), task.line);
    INFO(task.line, " call ", at, " of ", calls, " -> ", failed.status, ": ", failed.err);
    if (kills) {
      CHECK(failed.status == 128 + SIGKILL);
    } else {
      CHECK((failed.status == 0 || failed.status == 1));
      CHECK(std::ranges::count(failed.err, '\n') <= 1);
      if (failed.status == 1) CHECK(contains(failed.err, "Hint: "));
      // A call that changes nothing (closing what was read, clearing up) may fail unseen.
      if (failed.status == 0) faults.check_complete(task.mark);
    }
    if (failed.status == 0) continue;
    if (!fs::exists(faults.file("run/config.toml"))) {  // it never became a run, and a failure clears up
      CHECK((kills || !fs::exists(faults.file("run"))));
      continue;
    }
    const ProcessResult resumed = faults.gradzoo("", "train --resume --threads 1 --out run --steps 6");
    CHECK_MESSAGE(resumed.status == 0, resumed.err);
    faults.check_complete(task.mark);
    faults.check_nothing_left_over();
  }
}

}  // namespace

TEST_CASE("A new run: every call on files fails once, or is where it is killed") {
  const Faults faults;
  const SweptTask task{kTiny + "--steps 6 --checkpoint-every 3 --out run", "step 6 of 6, with pictures"};
  sweep(faults, task, 2);
  sweep(faults, task, 3, true);
}

TEST_CASE("A finished run that is extended: every call on files fails once, or is where it is killed") {
  const Faults faults;
  REQUIRE(faults.gradzoo("", kTiny + "--steps 3 --out before").status == 0);
  const SweptTask task{"train --resume --threads 1 --out run --steps 6", "step 6 of 6, with pictures"};
  sweep(faults, task, 2);
  sweep(faults, task, 3, true);
}

TEST_CASE("A killed run that is resumed: every call on files fails once") {
  const Faults faults;
  const std::string train = kTiny + "--steps 6 --checkpoint-every 3 --out before";
  // Killed between its first checkpoint and the end.
  for (int at = 60; !fs::exists(faults.file("before/report.html")); at += 4) {
    REQUIRE(at < 100);
    fs::remove_all(faults.file("before"));
    const std::string variables = fmt::format(" GRADZOO_FAULT_AT={} GRADZOO_FAULT_KILL=1", at);
    REQUIRE(faults.gradzoo(variables, train).status == 128 + SIGKILL);
  }
  sweep(faults, {"train --resume --threads 1 --out run", "step 6 of 6, with pictures"}, 3);
}
