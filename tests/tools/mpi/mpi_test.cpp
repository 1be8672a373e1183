#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/error_message.h"
#include "tools/mpi/mpi_runs.h"

// What processes of one mpirun do together, by the program that a user starts.
using namespace gradzoo::test;
namespace fs = std::filesystem;

namespace {

// Waits until the run has that many rows, or its process ended.
void wait_for_rows(Process& process, const std::string& run, std::ptrdiff_t rows) {
  while (process.running() && std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') < rows)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_CASE("one, two and four processes, and one without MPI, write the same run") {
  const MpiRuns runs;
  const std::string whole = runs.whole();
  for (const int count : {1, 2, 4}) {
    const std::string run = fmt::format("shared{}", count);
    const ProcessResult result = runs.share(count, kShared + run);
    REQUIRE_MESSAGE(result.status == 0, result.err);
    CHECK(std::ranges::count(result.out, '\n') > 0);
    CHECK(result.out.find("report:") == result.out.rfind("report:"));  // one of them speaks
    check_same_run(runs.file(run), whole);
  }
  const ProcessResult again = runs.share(2, "train --resume shared2");
  CHECK(again.status == 0);
  CHECK(contains(again.out, "is finished"));
}

TEST_CASE("persistent chains come into a checkpoint in order") {
  const MpiRuns runs;
  const std::string train =
      "train rbm --data data --batch 16 --epochs 2 --set shards=4 --set hidden=8 --set particles=20 --out ";
  runs.finish(0, train + "whole");
  runs.finish(4, train + "shared");
  CHECK(read_file(runs.file("shared/checkpoint.safetensors")) ==
        read_file(runs.file("whole/checkpoint.safetensors")));
}

TEST_CASE("a signal to one of them stops all at the same step, and fewer go on to the same end") {
  const MpiRuns runs;
  const std::string whole = runs.whole(), run = runs.file("run");
  int count = 4;
  for (const int signalled : {3, 0}) {
    const std::string line = count == 4 ? kShared + run : "train --resume " + run;
    Process process(mpi_words({share_words(count, line)}), runs.folder);
    wait_for_rows(process, run, count == 4 ? 1 : 12);
    std::map<int, pid_t> ranks = ranks_with(run);
    if (process.running() && ranks.contains(std::min(signalled, count - 1)))
      ::kill(ranks[std::min(signalled, count - 1)], SIGTERM);
    if (wait_for_mpirun(process) != 0) CHECK(contains(process.out(), "stopped at step"));
    count /= 2;
  }
  runs.finish(0, "train --resume " + run);
  check_same_run(run, whole);
}

TEST_CASE("a disk that is full for the first ends all, with one sentence and the last checkpoint") {
  const MpiRuns runs;
  const std::string run = runs.file("run");
  const std::vector<std::string> full = {
      "-n", "1", "bash", "-c",
      fmt::format("ulimit -f 24; exec {} {}{} --set hidden=64", mpi_program(), kShared, run)};
  const ProcessResult result =
      run_mpirun(mpi_words({full, share_words(1, kShared + run + " --set hidden=64")}), runs.folder);
  CHECK(result.status != 0);
  CHECK(contains(result.err, "gradzoo: "));
  CHECK(contains(result.err, "File too large"));
  CHECK(result.err.find("gradzoo: ") == result.err.rfind("gradzoo: "));
}

TEST_CASE("one that starts late is waited for") {
  const MpiRuns runs;
  const std::string whole = runs.whole(), run = runs.file("run");
  const std::vector<std::string> late = {"-n", "1", "bash", "-c",
                                         fmt::format("sleep 1; exec {} {}{}", mpi_program(), kShared, run)};
  const ProcessResult result = run_mpirun(mpi_words({share_words(1, kShared + run), late}), runs.folder);
  REQUIRE_MESSAGE(result.status == 0, result.err);
  check_same_run(run, whole);
}

TEST_CASE("of two trainings into one folder one is refused, and the other is whole") {
  const MpiRuns runs;
  const std::string whole = runs.whole(), run = runs.file("run");
  Process first(mpi_words({share_words(2, kShared + run)}), runs.folder);
  const ProcessResult second = runs.share(2, kShared + run);
  const int status = wait_for_mpirun(first);
  CHECK((status == 0) != (second.status == 0));
  CHECK(contains(status == 0 ? second.err : first.err(), "exists already"));
  check_same_run(run, whole);
}

TEST_CASE("samples, evaluations, chains and annealing have the bytes of one process") {
  const MpiRuns runs;
  runs.finish(0, kShared + "vae");
  runs.finish(0, "train rbm --data data --batch 20 --epochs 1 --set hidden=21 --out rbm");
  runs.finish(0, "train ebm --data ring8 --steps 30 --set hidden=16 --set chain_steps=2 --out ebm");
  for (const std::string& line : {std::string("sample vae -n 300 --out x.npy"),
                                  std::string("sample ebm --sampler hmc --set steps=40 "
                                              "-n 300 --out x.npy --json"),
                                  std::string("logz rbm --chains 260 --temperatures 50 --json"),
                                  std::string("c2st vae test -n 30 --json")}) {
    CAPTURE(line);
    const ProcessResult alone = run_gradzoo(line, runs.folder);
    REQUIRE_MESSAGE(alone.status == 0, alone.err);
    const std::string samples = read_file(runs.file("x.npy"));
    fs::remove(runs.file("x.npy"));
    const ProcessResult shared = runs.share(3, line);
    REQUIRE_MESSAGE(shared.status == 0, shared.err);
    CHECK(shared.out == alone.out);
    CHECK(read_file(runs.file("x.npy")) == samples);
    fs::remove(runs.file("x.npy"));
  }
}

TEST_CASE("what does not fit together is one sentence, and leaves nothing behind") {
  const MpiRuns runs;
  const auto refused = [&](const std::vector<std::vector<std::string>>& programs, const std::string& why) {
    const ProcessResult result = run_mpirun(mpi_words(programs), runs.folder);
    CHECK(result.status != 0);
    CAPTURE(result.err);
    CHECK(contains(result.err, why));
    CHECK(result.err.find("gradzoo: ") == result.err.rfind("gradzoo: "));
    CHECK_FALSE(fs::exists(runs.file("run")));
  };
  const std::string run = kShared + "run";
  refused({share_words(3, run)}, "3 processes do not divide shards=4. Hint: --set shards=3");
  refused({share_words(2, "train vae --data data --out run")}, "2 processes do not divide shards=1");
  refused({share_words(2, "train vae --data data --batch 18 --set shards=4 --out run")},
          "shards=4 do not divide a batch of 18");
  refused({share_words(1, run), share_words(1, run + " --lr 0.5")}, "process 1 has 'lr = 0.5'");
  refused({share_words(1, run), share_words(1, run, {"env", "GRADZOO_TARGET=portable"})},
          "which round differently. Hint: GRADZOO_TARGET");
  write_small_dataset(runs.file("other/data"), 480, 16, 9);
  refused(
      {share_words(1, run),
       {"-n", "1", "-wdir", runs.file("other"), mpi_program(), "train", "--config", runs.file("none.toml")}},
      "process 1 of 2");
  refused({{"-n", "2", binary_dir() + "/gradzoo", "train", "vae", "--data", "data", "--out", "run"}},
          "2 processes were started, and this program works in one. Hint: gradzoo-mpi");
}

TEST_CASE("doctor lists the processes and what a mean takes") {
  const MpiRuns runs;
  const ProcessResult result = runs.share(2, "doctor --json");
  REQUIRE_MESSAGE(result.status == 0, result.err);
  const nlohmann::json found = nlohmann::json::parse(result.out);
  CHECK(found["processes"].size() == 2);
  CHECK(found["processes"][1]["rank"] == 1);
  CHECK(found["processes"][1]["threads"] >= 1);
  CHECK(found["reductions"].size() == 5);
  for (const nlohmann::json& reduction : found["reductions"]) CHECK(reduction["seconds"] > 0);
  CHECK(contains(runs.share(2, "doctor").out, "Open MPI"));
}

}  // namespace
