// What a program started ends with it, and all of it with who asked for it.
#include "gradzoo/experiments/child.h"

#include <csignal>
#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

EndedProcess run_shell(const std::string& script, const std::string& folder, const ProcessLimits& limits) {
  return run_child({"sh", "-c", script}, folder, "", limits);
}

// Until it is so, for half a minute at most.
bool comes(const std::function<bool()>& so) {
  for (int i = 0; i < 3000 && !so(); ++i) ::usleep(10000);
  return so();
}

pid_t number_in(const std::string& path) { return static_cast<pid_t>(std::stol("0" + read_file(path))); }

bool lives(pid_t process) { return ::kill(process, 0) == 0; }

// Leaves the numbers of two processes: of its own, and of one in a session of its own, whose parent ends.
constexpr const char* kFamily =
    "echo $$ > main; setsid sh -c 'echo $$ > far.part; mv far.part far; exec sleep 1000' & "
    "while [ ! -e far ]; do sleep .01; done; ";

}  // namespace

TEST_CASE("a program ends as it does by itself: its status, its signal, its words") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  CHECK(run_shell("exit 7", here, {}).status == 7);
  CHECK(run_shell("kill -SEGV $$", here, {}).signal == SIGSEGV);
  CHECK(run_shell("kill -KILL $$", here, {}).signal == SIGKILL);
  CHECK(!run_child({scratch.file("none")}, here, "", {}).started);
  const EndedProcess said = run_child({"cat"}, here, std::string(1 << 20, 'x'), {});
  CHECK(said.out == std::string(1 << 20, 'x'));  // which ends where its input does
  CHECK(!said.killed);
}

TEST_CASE("what left its group and session ends with the program") {
  const ScratchDirectory scratch;
  const EndedProcess ended = run_shell(std::string(kFamily) + "echo done", scratch.file(""), {});
  CHECK(ended.out == "done\n");
  CHECK(!lives(number_in(scratch.file("far"))));
}

TEST_CASE("silence, dripping and floods end a program and what it started") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  const EndedProcess silent = run_shell(std::string(kFamily) + "while :; do echo x >&2; sleep .05; done",
                                        here, {.quiet_seconds = 1.5});
  CHECK(silent.killed);  // what it says of errors is no answer
  CHECK(!lives(number_in(scratch.file("main"))));
  CHECK(!lives(number_in(scratch.file("far"))));
  const EndedProcess idle = run_shell("exec sleep 1000", here, {.quiet_seconds = 0.5, .busy_seconds = 1});
  CHECK(idle.killed);
  CHECK(!idle.busy);
  const EndedProcess works =
      run_shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo $i; while :; do :; done", here,
                {.quiet_seconds = 0.01, .busy_seconds = 3});  // quiet for longer, and not yet at its end
  CHECK(works.out == "100000\n");
  CHECK(works.killed);
  CHECK(works.busy);
  CHECK(run_shell("while :; do echo x; sleep .05; done", here, {.quiet_seconds = 60, .seconds = 1}).late);
  const auto waits_for_more = [](const std::string& out) { return out.ends_with("x\n") && out.size() < 4; };
  const EndedProcess drips = run_child({"sh", "-c", "while :; do echo x; sleep .05; done"}, here, "",
                                       {.quiet_seconds = 0.5, .seconds = 60}, waits_for_more);
  CHECK(drips.killed);
  CHECK(!drips.late);
  CHECK(drips.out.size() < 100);
  CHECK(run_shell("while :; do i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; sleep .1; done", here,
                  {.quiet_seconds = 0.3, .busy_seconds = 0.4, .seconds = 6})
            .late == false);
  const EndedProcess flood = run_shell("exec yes", here, {});
  CHECK(flood.flooded);
  CHECK(!flood.killed);
  CHECK(flood.out.size() < size_t{65} << 20);
  CHECK(run_shell("exec yes > grown", here, {.file_bytes = 1 << 16}).signal == SIGXFSZ);
  CHECK(std::filesystem::file_size(scratch.file("grown")) == 1 << 16);
}

TEST_CASE("all of it ends with the process that started it, by whatever signal that ends") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
    const ScratchDirectory scratch;
    const std::string here = scratch.file("");
    const pid_t grader = ::fork();
    if (grader == 0) {
      std::signal(signal, SIG_DFL);
      run_shell(std::string(kFamily) + "touch ready; exec sleep 1000", here, {.quiet_seconds = 1000});
      ::_exit(0);
    }
    REQUIRE(comes([&] { return std::filesystem::exists(scratch.file("ready")); }));
    const pid_t main = number_in(scratch.file("main")), far = number_in(scratch.file("far"));
    CHECK(lives(main));
    CHECK(lives(far));
    ::kill(grader, signal);
    ::waitpid(grader, nullptr, 0);
    CHECK_MESSAGE(comes([&] { return !lives(main); }), signal);
    CHECK_MESSAGE(comes([&] { return !lives(far); }), signal);
    for (const pid_t left : {main, far})
      if (lives(left)) ::kill(left, SIGKILL);
  }
}
