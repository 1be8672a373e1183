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

// These programs end with one sentence that says why, and leave none of the files behind.
void check_refused_together(const MpiRuns& runs, const std::vector<std::vector<std::string>>& programs,
                            const std::string& why) {
  const ProcessResult result = run_mpirun(mpi_words(programs), runs.folder);
  CHECK(result.status != 0);
  CAPTURE(result.err);
  CHECK(contains(result.err, why));
  CHECK(result.err.find("gradzoo: ") == result.err.rfind("gradzoo: "));
  for (const char* const file : {"run", "x.npy"}) CHECK_FALSE(fs::exists(runs.file(file)));
}

TEST_CASE("one, two and four processes, and one without MPI, write the same run") {
  const MpiRuns runs;
  const std::string whole = runs.whole();
  for (const int count : {1, 2, 4}) {
    const std::string run = fmt::format("shared{}", count);
    // Between hosts they speak by TCP.
    const ProcessResult result = runs.share(count, kShared + run, count == 2 ? "--mca btl tcp,self" : "");
    REQUIRE_MESSAGE(result.status == 0, result.err);
    CHECK(std::ranges::count(result.out, '\n') > 0);
    CHECK(result.out.find("report:") == result.out.rfind("report:"));  // one of them speaks
    check_same_run(runs.file(run), whole);
  }
  const ProcessResult again = runs.share(2, "train --resume shared2");
  CHECK(again.status == 0);
  CHECK(contains(again.out, "is finished"));
}

TEST_CASE(
    "who writes the run opens the classifier that measures its samples, and others do not wait for it") {
  const MpiRuns runs;
  runs.finish(0, kShared + "whole");
  runs.finish(0, "eval whole -n 20");  // which trains it
  runs.finish(2, kShared + "run");
  CHECK(contains(read_file(runs.file("run/metrics.jsonl")), "confident"));
}

TEST_CASE(
    "a signal to any of them stops all at one step, a death ends all, and others go on to the same end") {
  const MpiRuns runs;
  const std::string whole = runs.file("whole"), run = runs.file("run"), train = shared_training(20);
  runs.finish(0, train + whole);
  const struct {
    int count, rank, signal;
  } ends[] = {{4, 3, SIGTERM}, {2, 1, SIGKILL}, {2, 0, SIGTERM}, {1, 0, SIGKILL}};
  for (std::ptrdiff_t rows = 1; const auto& end : ends) {
    CAPTURE(rows);
    Process mpirun(mpi_words({share_words(end.count, rows == 1 ? train + run : "train --resume " + run)}),
                   runs.folder);
    wait_for_rows(mpirun, run, rows);
    const pid_t process = process_of_rank(mpirun, end.rank);
    REQUIRE(process != 0);
    ::kill(process, end.signal);
    CHECK(wait_for_mpirun(mpirun) != 0);
    if (end.signal == SIGTERM) CHECK(contains(mpirun.out(), "stopped at step"));
    rows = std::ranges::count(read_file(run + "/metrics.jsonl"), '\n') + 2;
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

TEST_CASE("samples, evaluations, chains and annealing have the bytes of one process") {
  const MpiRuns runs;
  runs.finish(0, kShared + "vae");
  runs.finish(0, "train rbm --data data --batch 20 --epochs 1 --set hidden=21 --out rbm");
  runs.finish(0, "train ebm --data ring8 --steps 30 --set hidden=16 --set chain_steps=2 --out ebm");
  runs.finish(0, "train nce --data ring8 --steps 60 --out nce");
  // As many rows as one block has, one more, and some that no number of processes divides.
  for (const std::string& line :
       {std::string("sample vae -n 300 --out x.npy"),
        std::string("sample ebm --sampler hmc --set steps=40 "
                    "-n 300 --out x.npy --json"),
        std::string("sample ebm --sampler hmc --set steps=40 -n 4 --out x.npy --json"),
        std::string("sample nce --sampler ula --set steps=4 -n 100 --out x.npy"),
        std::string("sample nce --sampler ula --set steps=4 -n 126 --out x.npy"),
        std::string("sample nce --sampler mala --set steps=9 -n 251 --out x.npy"),
        std::string("sample rbm --sampler gibbs --set steps=20 -n 150 --out x.npy --json"),
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

TEST_CASE("samples are not mixed of different seeds, kernels or copies of a run") {
  const MpiRuns runs;
  runs.finish(0, kShared + "vae");
  fs::create_directories(runs.file("other"));
  fs::copy(runs.file("vae"), runs.file("other/vae"), fs::copy_options::recursive);
  fs::create_directory_symlink(runs.file("data"), runs.file("other/data"));
  const std::string checkpoint = runs.file("other/vae/checkpoint.safetensors");
  std::string bytes = read_file(checkpoint);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(checkpoint, bytes);
  const std::string line = "sample vae -n 20 --out x.npy";
  const std::vector<std::string> here = share_words(1, line);
  check_refused_together(runs, {here, share_words(1, line + " --seed 9")},
                         "process 1 has 'vae -n 20 --out x.npy --seed 9'");
  check_refused_together(runs, {here, share_words(1, line, {"env", "GRADZOO_TARGET=portable"})},
                         "which round differently");
  for (const std::string& use : {line, std::string("eval vae")}) {
    std::vector<std::string> first = share_words(1, use),
                             stale = {"-n", "1", "-wdir", runs.file("other"), mpi_program()};
    for (const std::string& word : words_of(use)) stale.push_back(word);
    check_refused_together(runs, {first, stale}, "and process 0 '");
  }
}

TEST_CASE("what does not fit together is one sentence, and leaves nothing behind") {
  const MpiRuns runs;
  const auto refused = [&](const std::vector<std::vector<std::string>>& programs, const std::string& why) {
    check_refused_together(runs, programs, why);
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
  const unsigned threads = found["processes"][1]["threads"], cores = std::thread::hardware_concurrency();
  CHECK(threads >= 1);
  CHECK(threads <= std::max(1U, cores / 2));  // whether the two share all cores or each has its own
  CHECK(found["reductions"].size() == 5);
  for (const nlohmann::json& reduction : found["reductions"]) CHECK(reduction["seconds"] > 0);
  CHECK(contains(runs.share(2, "doctor").out, "Open MPI"));
}

}  // namespace
